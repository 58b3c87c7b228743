// SPDX-License-Identifier: Apache-2.0
// A limited member sees no patient anywhere: not in the API's answers, not on a page, not by a
// search, not as a number. Staff see patients and change nothing; an operator runs the machine and
// sees none.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { skip, settled } from './lib/portal.mjs';
import { pagesOf, tell } from './lib/story.mjs';

const options = { skip, timeout: 180_000 };
let world;
let words; // what no limited member may read: names, birth dates, numbers of the shared patients
let total;

before(async () => {
  if (skip) return;
  world = await tell({ patients: 80, appointments: 240, visits: 6 });
  const { items, total: all } = await world.mara.get(`/organizations/${world.org}/patients`);
  total = all;
  words = new Set();
  for (const { id, name } of items) {
    const patient = await world.mara.get(`/patients/${id}`);
    words.add(id);
    words.add(name);
    for (const { value } of [...(patient.identifiers ?? []), ...(patient.telecom ?? [])]) if (String(value).length > 5) words.add(String(value));
  }
});
after(() => world?.stop());

const found = (text) => [...words].filter((word) => text.includes(word));

test('the admin sees them: what is looked for is there to be found', options, async () => {
  assert.ok(total > 0 && words.size > total);
  const page = await world.open(`/portal/o/${world.org}/patients`, { person: world.mara });
  await settled(page);
  assert.ok(found(await page.locator('body').innerText()).length > 0);
  await page.context().close();
});

test('no route of the API gives a limited member a patient', options, async () => {
  const document = await (await fetch(`${world.url}/api/openapi.json`)).json();
  const given = { org: world.org, connection: world.connection, grant: world.grant, app: world.app.id,
    webhook: world.webhook, patient: world.patient.id, user: world.mara.user.id, session: 'x', token: 'x',
    delivery: '1', command: 'x', sandbox: 'x', notification: 'x', n: '1', id: 'x' };
  let asked = 0;
  for (const [pattern, methods] of Object.entries(document.paths)) {
    if (!pattern.startsWith('/portal/api/') || !methods.get) continue;
    const path = pattern.slice('/portal/api'.length).replace(/\{(\w+)\}/g, (_, name) => given[name] ?? 'x');
    for (const query of ['', `?q=${encodeURIComponent(world.patient.name.split(' ')[0])}`]) {
      const { text, status } = await world.lee.ask('GET', path + query);
      assert.deepEqual(found(text), [], `${path}${query} (${status})`);
      asked += 1;
    }
  }
  assert.ok(asked > 40, `${asked} asked`);
  assert.equal((await world.lee.ask('GET', `/patients/${world.patient.id}`)).status >= 403, true);
  assert.ok((await world.lee.ask('GET', `/organizations/${world.org}/patients`)).status >= 403);
});

test('nor a number of them', options, async () => {
  const organization = await world.lee.get(`/organizations/${world.org}`);
  assert.ok(!(organization.shared_today > 0), `shared_today ${organization.shared_today}`);
  const connection = await world.lee.get(`/connections/${world.connection}`);
  assert.ok(!(connection.counts?.patients > 0) && !(connection.counts?.encounters > 0), JSON.stringify(connection.counts));
});

test('no page shows a limited member a patient', options, async () => {
  const page = await world.open(`/portal/o/${world.org}`, { person: world.lee });
  const addresses = (await pagesOf(world)).map(({ path }) => path).filter((path) => path.includes('/o/') || path.includes('/account'));
  for (const path of addresses) {
    await page.goto(world.url + path);
    await settled(page);
    assert.deepEqual(found(await page.locator('body').innerText()), [], path);
    assert.deepEqual(found(await page.title()), [], path);
  }
  assert.equal(await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Patients' }).count(), 0);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('staff see patients and change nothing', options, async () => {
  assert.equal((await world.sam.get(`/organizations/${world.org}/patients`)).total, total);
  for (const [method, path, body] of [
    ['POST', `/organizations/${world.org}/members`, { email: 'x@x.example', role: 'admin' }],
    ['PATCH', `/connections/${world.connection}`, { paused: true }],
    ['DELETE', `/connections/${world.connection}`],
    ['PATCH', `/grants/${world.grant}`, { mode: 'all' }],
    ['DELETE', `/grants/${world.grant}`]]) {
    assert.equal((await world.sam.ask(method, path, body)).status, 403, `${method} ${path}`);
  }
});

test('an operator sees no patient, and no title or address names one', options, async () => {
  assert.ok((await world.ola.ask('GET', `/organizations/${world.org}/patients`)).status >= 403);
  assert.ok((await world.ola.ask('GET', `/patients/${world.patient.id}`)).status >= 403);
  for (const path of ['/operator/overview', '/operator/logs', '/operator/quarantine', '/operator/commands']) {
    assert.deepEqual(found((await world.ola.ask('GET', path)).text), [], path);
  }
  assert.deepEqual(found(world.pons.said), [], 'the log names nobody');
  const page = await world.open(`/portal/o/${world.org}/patients/${world.patient.id}`, { person: world.mara });
  await settled(page);
  assert.ok(!(await page.title()).includes(world.patient.name));
  await page.context().close();
});

test('another practice is not there at all', options, async () => {
  const other = await world.organization(world.ola, 'Other Practice', 'omar@other.example');
  for (const path of [`/organizations/${world.org}`, `/connections/${world.connection}`, `/grants/${world.grant}`,
    `/patients/${world.patient.id}`, `/organizations/${world.org}/patients`, `/connections/${world.connection}/activity`]) {
    const { status, text } = await other.admin.ask('GET', path);
    assert.equal(status, 404, path);
    assert.deepEqual(found(text), [], path);
  }
});
