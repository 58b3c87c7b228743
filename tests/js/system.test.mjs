// SPDX-License-Identifier: Apache-2.0
// The whole of it with an app's eyes: fhir-kit-client reads, searches and pages what a practice's
// visits made visible; webhooks come signed, in order, again after a failure, and after kill -9.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import { objections } from './lib/judges.mjs';
import { System, missingPrograms, until } from './lib/system.mjs';

const Client = createRequire(import.meta.url)('fhir-kit-client');
const skip = missingPrograms() ?? false;
const options = { skip, timeout: 120_000 };
const VISITS = 25;

let system;
let receiver;
let client;
let practitioners;
let location;
let patients;

before(async () => {
  if (skip) return;
  system = await System.start({ sandbox: ['--patients', '60', '--appointments', '80', '--seed', '3'] });
  [practitioners, [location]] = await Promise.all([
    system.practice('GET', '/clinic/practitioners'), system.practice('GET', '/clinic/locations')]);
  ({ patients } = await system.practice('GET', '/clinic/patients?limit=60'));
  await system.connect({ grant: ['--location', `${location.id}=clinic-a`] });
  receiver = await system.listen();
  await system.reading();
  client = new Client({ baseUrl: `${system.url}/fhir/R4`, bearerToken: await system.token() });
});
after(() => system?.stop());

const startVisit = (patient, practitioner = practitioners[0].id) =>
  system.practice('POST', '/clinic/visits', { patient: patient.id, practitioner, location: location.id });

test('before any visit the app sees nobody', options, async () => {
  const bundle = await client.search({ resourceType: 'Patient' });
  assert.equal(bundle.entry?.length ?? 0, 0);
});

test('each visit is told once, signed, with the app\'s own location, within a second', options, async () => {
  const late = [];
  for (const patient of patients.slice(0, VISITS)) {
    const { at_ms: at } = await startVisit(patient);
    const count = receiver.of('encounter.created').length;
    const [told] = (await receiver.waitFor('encounter.created', count + 1)).slice(-1);
    assert.ok(told.genuine);
    assert.equal(told.data.appLocation, 'clinic-a');
    late.push(told.at - at);
  }
  assert.equal(receiver.of('encounter.created').length, VISITS);
  late.sort((a, b) => a - b);
  assert.ok(late.at(-1) < 3000, `slowest of ${VISITS}: ${late.at(-1)} ms, median ${late[VISITS >> 1]} ms`);
});

test('reads, searches and pages', options, async () => {
  const first = await client.search({ resourceType: 'Patient', searchParams: { _count: 10 } });
  assert.equal(first.entry.length, 10);
  const ids = new Set();
  for (let page = first; page; page = await client.nextPage({ bundle: page })) {
    assert.deepEqual(objections(page), []);
    for (const { resource } of page.entry ?? []) ids.add(resource.id);
  }
  assert.equal(ids.size, VISITS, 'each once, none left out');

  const [id] = ids;
  const patient = await client.read({ resourceType: 'Patient', id });
  assert.deepEqual(objections(patient), []);
  const family = patient.name[0].family;
  const found = await client.search({ resourceType: 'Patient', searchParams: { family } });
  assert.ok(found.entry.some(({ resource }) => resource.id === id));
  const { system: kind, value } = patient.identifier[0];
  const exact = await client.search({ resourceType: 'Patient', searchParams: { identifier: `${kind}|${value}` } });
  assert.deepEqual(exact.entry.map(({ resource }) => resource.id), [id]);
  const visits = await client.search({ resourceType: 'Encounter', searchParams: { patient: id } });
  assert.equal(visits.entry.length, 1);
});

test('a change of a visible patient travels at once, one of anybody else does not', options, async () => {
  const [shown, hidden] = [patients[0], patients[VISITS]];
  const before = receiver.of('patient.updated').length;
  await system.practice('PATCH', `/clinic/patients/${hidden.id}`, { mobile_phone: '0491570110' });
  await system.practice('PATCH', `/clinic/patients/${shown.id}`, { mobile_phone: '0491570156' });
  const told = await receiver.waitFor('patient.updated', before + 1);
  const patient = await client.read({ resourceType: 'Patient', id: told.at(-1).data.id });
  assert.ok(patient.telecom.some(({ value }) => value.replace(/\D/g, '') === '0491570156'));
  assert.equal(receiver.of('patient.updated').length, before + 1);
  assert.equal((await client.search({ resourceType: 'Patient', searchParams: { _count: 200 } })).entry.length, VISITS);
});

test('what was not taken comes again under its own id, and later news of the record waits for it', options, async () => {
  const patient = patients[1];
  receiver.status = 500;
  const before = receiver.messages.length;
  await system.practice('PATCH', `/clinic/patients/${patient.id}`, { home_phone: '0255501111' });
  await until('the first attempt', () => receiver.messages.length > before);
  await system.practice('PATCH', `/clinic/patients/${patient.id}`, { home_phone: '0255502222' });
  receiver.status = 204;
  const messages = await until('both', () => {
    const came = receiver.messages.slice(before).filter(({ type }) => type === 'patient.updated');
    return came.length >= 3 && came;
  });
  assert.equal(messages[0].id, messages[1].id);
  assert.notEqual(messages[1].id, messages[2].id);
  assert.ok(Number(messages[1].data.versionId) < Number(messages[2].data.versionId));
  assert.ok(messages.every(({ genuine }) => genuine));
});

test('after kill -9 nothing is lost, and the feed has what the webhooks told', options, async () => {
  receiver.status = 503;
  await startVisit(patients[VISITS]);
  await until('an attempt', () => receiver.of('encounter.created').length > VISITS);
  system.pons.kill('SIGKILL');
  await startVisit(patients[VISITS + 1]);
  receiver.status = 204;
  await system.startPons();
  system.bearer = undefined;
  const told = await until('both visits', () => {
    const ids = new Set(receiver.of('encounter.created').map(({ data }) => data.id));
    return ids.size >= VISITS + 2 && ids;
  });
  assert.equal(told.size, VISITS + 2);

  const fed = new Set();
  for (let next = '0', more = true; more;) {
    const page = await system.get(`/api/changes?since=${next}&limit=7`);
    for (const { type, data } of page.changes) if (type === 'encounter.created') fed.add(data.id);
    ({ next, more } = page);
  }
  assert.deepEqual([...fed].sort(), [...told].sort());
});

test('a revoked grant shows nothing from that moment', options, async () => {
  await system.order('grant', 'revoke', system.grant.id);
  const bundle = await system.fhir('Patient');
  assert.equal(bundle.entry?.length ?? 0, 0);
});
