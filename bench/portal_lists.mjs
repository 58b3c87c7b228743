// SPDX-License-Identifier: Apache-2.0
// How long the server takes for the portal's lists and searches of a big practice: 10,000 patients,
// 500 practitioners and 200 appointment types of a sandbox, read whole. Each list is asked 40 times
// over one connection; the figure is from the request to the last byte of the answer, so that it
// holds more than the server's own time. The last line is one JSON object; exit code 0 where no
// median is above 200 ms.
//
//   scripts/bench portal-lists [--patients N] [--practitioners N] [--types N]

import { Agent, request } from 'node:http';
import { parseArgs } from 'node:util';

import { until, World } from '../tests/portal/lib/portal.mjs';

const TARGET_MS = 200;
const ROUNDS = 40;
const { values } = parseArgs({ options: { patients: { type: 'string', default: '10000' },
  practitioners: { type: 'string', default: '500' }, types: { type: 'string', default: '200' } } });
const wanted = Object.fromEntries(Object.entries(values).map(([name, text]) => [name, Number(text)]));

const world = await World.start({ sandbox: ['--patients', values.patients, '--appointments', '4000', '--seed', '9'] });
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

function ask(person, method, path, body) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const text = body === undefined ? undefined : JSON.stringify(body);
    const asked = request(`${world.url}/portal/api${path}`, { method, agent, headers: { cookie: person.cookie(),
      ...(text ? { 'content-type': 'application/json', 'x-pons-csrf': person.csrf, origin: world.url, 'content-length': Buffer.byteLength(text) } : {}) } },
    (answer) => {
      let bytes = 0;
      answer.on('data', (data) => { bytes += data.length; });
      answer.on('end', () => (answer.statusCode < 300
        ? resolve({ ms: performance.now() - started, bytes })
        : reject(new Error(`${method} ${path}: ${answer.statusCode}`))));
    });
    asked.on('error', reject);
    asked.end(text);
  });
}
const percentile = (sorted, share) => Number(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(1));

try {
  const ola = await world.operator();
  const { organization, admin } = await world.organization(ola, 'Big Practice');
  console.error('adding practitioners and appointment types');
  const grow = async (kind, count, make) => {
    const have = (await world.practice('GET', `/clinic/${kind}`)).length;
    for (let n = have; n < count; n++) await world.practice('POST', `/clinic/${kind}`, make(n));
  };
  await grow('practitioners', wanted.practitioners, (n) => ({ title: 'Dr', given: `Given${n}`, family: `Practitioner-With-A-Long-Name ${n}` }));
  await grow('appointment_types', wanted.types, (n) => ({ name: `Appointment type number ${n}`, minutes: 15 }));
  const connection = await world.connection(admin, organization);
  const app = await ola.call('POST', '/apps', { name: 'Skin Viewer' });
  console.error('reading the practice');
  const directory = await until('the directory is read', async () => {
    const found = await admin.get(`/connections/${connection}/directory`);
    return found.practitioners.length >= wanted.practitioners && found.services.length >= wanted.types && found;
  }, 300_000);
  const rules = { mode: 'all', switches: { patients_in: true },
    locations: [], all_locations_to: 'Main',
    practitioners: { kind: 'all', ids: [] }, services: { kind: 'all', ids: [] } };
  const grant = await admin.call('POST', `/organizations/${organization}/grants`, { app: app.id, connection, ...rules });
  const total = await until('the patients are read', async () => {
    const { total: read } = await admin.get(`/organizations/${organization}/patients?limit=1`);
    return read >= wanted.patients && read;
  }, 600_000);
  const first = await admin.get(`/organizations/${organization}/patients?limit=1`);
  const family = first.items[0].name.split(' ').at(-1);
  const these = { ...rules, practitioners: { kind: 'these', ids: directory.practitioners.map(({ id }) => id) } };
  const figures = {};
  let worst = 0;
  for (const [name, method, path, body] of [
    ['patients', 'GET', `/organizations/${organization}/patients`],
    ['patients_page_of_200', 'GET', `/organizations/${organization}/patients?limit=200`],
    ['patients_search', 'GET', `/organizations/${organization}/patients?q=${encodeURIComponent(family)}`],
    ['patients_search_two_letters', 'GET', `/organizations/${organization}/patients?q=sm`],
    ['patients_search_nobody', 'GET', `/organizations/${organization}/patients?q=qqqqzz`],
    ['patient', 'GET', `/patients/${first.items[0].id}`],
    ['directory', 'GET', `/connections/${connection}/directory`],
    ['organization', 'GET', `/organizations/${organization}`],
    ['connections', 'GET', `/organizations/${organization}/connections`],
    ['connection', 'GET', `/connections/${connection}`],
    ['grant', 'GET', `/grants/${grant.id}`],
    ['preview_of_500', 'POST', `/grants/${grant.id}/preview`, these],
    ['activity', 'GET', `/connections/${connection}/activity`],
    ['activity_search', 'GET', `/connections/${connection}/activity?q=${encodeURIComponent(family)}`],
    ['audit', 'GET', `/organizations/${organization}/audit`],
    ['audit_search', 'GET', `/organizations/${organization}/audit?q=patient`],
    ['members', 'GET', `/organizations/${organization}/members`],
  ]) {
    const times = [];
    let bytes = 0;
    for (let n = 0; n < ROUNDS; n++) {
      const answer = await ask(admin, method, path, body);
      times.push(answer.ms);
      bytes = answer.bytes;
    }
    times.sort((a, b) => a - b);
    figures[name] = { p50_ms: percentile(times, 0.5), p95_ms: percentile(times, 0.95), bytes };
    worst = Math.max(worst, figures[name].p50_ms);
    console.error(`${name}: ${figures[name].p50_ms} ms, p95 ${figures[name].p95_ms} ms, ${bytes} bytes`);
  }
  const ok = worst <= TARGET_MS;
  console.log(JSON.stringify({ ok, patients: total, practitioners: directory.practitioners.length,
    types: directory.services.length, target_ms: TARGET_MS, worst_p50_ms: worst, lists: figures }));
  process.exitCode = ok ? 0 : 1;
} finally {
  agent.destroy();
  await world.stop();
}
