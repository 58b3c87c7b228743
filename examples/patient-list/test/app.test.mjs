// SPDX-License-Identifier: Apache-2.0
// The app as it runs, against a stand-in for Pons.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test as nodeTest } from 'node:test';

import { isToday } from '../dist/arrivals.js';
import { isGenuine } from '../dist/signature.js';
import { MockPons } from './mock-pons.mjs';

const test = (name, run) => nodeTest(name, { timeout: 30_000 }, run);
const main = new URL('../dist/main.js', import.meta.url).pathname;
let pons;
let folder;
let app;

beforeEach(async () => {
  pons = await new MockPons().start();
  folder = mkdtempSync(join(tmpdir(), 'patient-list-'));
});
afterEach(async () => {
  await stopApp();
  pons.stop();
  rmSync(folder, { recursive: true });
});

async function startApp() {
  const child = spawn(process.execPath, [main], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, PONS_URL: pons.url, CLIENT_ID: 'app', CLIENT_SECRET: 'secret', PORT: '0',
      STATE_FILE: join(folder, 'state.json') },
  });
  let out = '';
  const url = await new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the app ended with ${code}`)));
    child.stdout.on('data', (data) => {
      out += data;
      const ready = /^ready (http:\S+)$/m.exec(out);
      if (ready) resolve(ready[1]);
    });
  });
  app = { child, url };
  return app;
}
async function stopApp() {
  if (!app) return;
  const { child } = app;
  app = undefined;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await ended;
}

// The rows that a browser which opens the page now is given first.
async function listed() {
  const response = await fetch(`${app.url}events`);
  let text = '';
  for await (const chunk of response.body) {
    text += Buffer.from(chunk).toString();
    const list = /event: list\ndata: (.*)\n\n/.exec(text);
    if (list) return JSON.parse(list[1]);
  }
}

test('a visit is listed with its patient, the Medicare number masked', async () => {
  await startApp();
  const change = pons.visit(1, { name: 'Mary Citizen', medicare: '32788511952', start: new Date(Date.now() - 900) });
  assert.equal(await pons.deliver(change), 204);
  const [row] = await listed();
  assert.equal(row.name, 'Mary Citizen');
  assert.equal(row.medicare, '•••• 1952');
  assert.equal(row.practitioner, 'Dr Alex Nguyen');
  assert.ok(row.secondsAfterStart >= 0.9 && row.secondsAfterStart < 5, String(row.secondsAfterStart));
});

test('what is not signed by Pons is refused and changes nothing', async () => {
  await startApp();
  const change = pons.visit(1, { name: 'Mary Citizen' });
  const other = `whsec_${Buffer.alloc(32).toString('base64')}`;
  assert.equal(await pons.deliver(change, { secret: other }), 401);
  assert.equal(await pons.deliver(change, { tamper: (body) => body + ' ' }), 401);
  assert.equal(await pons.deliver(change, { timestamp: Math.floor(Date.now() / 1000) - 301 }), 401);
  assert.equal((await fetch(`${app.url}webhook`, { method: 'POST', body: '{}' })).status, 401);
  assert.deepEqual(await listed(), []);
});

test('the same message twice is one row; a change of the patient is seen', async () => {
  await startApp();
  const change = pons.visit(1, { name: 'Mary Citizen' });
  await pons.deliver(change);
  await pons.deliver(change);
  pons.records.get('Patient/p1').name[0].family = 'Curie';
  await pons.deliver(pons.change('Patient/p1', 'updated'));
  const rows = await listed();
  assert.deepEqual(rows.map((row) => row.name), ['Mary Curie']);
});

test('a visit that is no longer ours to see goes away', async () => {
  await startApp();
  await pons.deliver(pons.visit(1, { name: 'Mary Citizen' }));
  pons.records.delete('Encounter/e1');
  await pons.deliver(pons.change('Encounter/e1', 'deleted'));
  assert.deepEqual(await listed(), []);
});

test('while Pons cannot be read the message is not acknowledged', async () => {
  await startApp();
  const change = pons.visit(1, { name: 'Mary Citizen' });
  pons.failing = true;
  assert.equal(await pons.deliver(change), 503);
  pons.failing = false;
  assert.equal(await pons.deliver(change), 204);
  assert.equal((await listed()).length, 1);
});

test('after a restart nothing is missing', async () => {
  await startApp();
  await pons.deliver(pons.visit(1, { name: 'Mary Citizen' }));
  await stopApp();
  for (let n = 2; n <= 8; n++) pons.visit(n, { name: `Person Number${n}` });
  // On a port of its own each time, so the address differs and a second webhook is made.
  await startApp();
  const rows = await listed();
  assert.equal(rows.length, 8);
  assert.equal(rows.filter((row) => row.secondsAfterStart === null).length, 8);
  assert.equal(pons.webhooks.length, 2);
  const state = readFileSync(join(folder, 'state.json'), 'utf8');
  assert.ok(!state.includes('Citizen'), 'no patient detail on disk');
});

// Asks as the page does, and waits until the row's wish stands as it should.
async function ask(path, wish, member, text) {
  const response = await fetch(`${app.url}${path}`, { method: 'POST',
    headers: { 'content-type': 'application/json' }, body: JSON.stringify(wish) });
  assert.equal(response.status, 202);
  return standing(wish.encounter, member, text);
}
async function standing(encounter, member, text) {
  for (;;) {
    const row = (await listed()).find((each) => each.encounter === encounter);
    if (row?.[member]?.text.startsWith(text)) return row[member];
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
const imported = (state) => ({ resourceType: 'DocumentReference', id: 'doc1', extension: [
  { url: 'https://pons.health/fhir/StructureDefinition/export-state', valueCode: state }] });

test('a follow-up is booked, and moved where staff move it', async () => {
  await startApp();
  await pons.deliver(pons.visit(1, { name: 'Mary Citizen' }));
  assert.equal((await ask('book', { encounter: 'e1' }, 'booking', 'Booked: ')).state, 'done');
  const [{ path, key, body }] = pons.writes;
  assert.equal(path, 'Appointment');
  assert.ok(key.length >= 16, 'a key of its own');
  assert.match(body.start, /T10:00:00\+11:00$/);
  assert.deepEqual(body.participant.map((each) => each.actor.reference),
    ['Patient/p1', 'Practitioner/d1', 'Location/l1', 'HealthcareService/s1']);
  pons.records.get('Appointment/new1').start = '2031-05-05T11:30:00+10:00';
  await pons.deliver(pons.change('Appointment/new1', 'updated'));
  await standing('e1', 'booking', 'Booked: Mon, 5 May, 11:30');
});

test('where the time is taken, others are offered and one of them is booked', async () => {
  await startApp();
  await pons.deliver(pons.visit(1, { name: 'Mary Citizen' }));
  pons.answers.push([409, { resourceType: 'OperationOutcome', issue: [{ details: { text: 'Taken.' }, extension: [
    { url: 'https://pons.health/fhir/StructureDefinition/alternative-slot',
      valuePeriod: { start: '2031-05-05T11:30:00+10:00', end: '2031-05-05T11:45:00+10:00' } }] }] }]);
  const { offers } = await ask('book', { encounter: 'e1' }, 'booking', 'That time is taken');
  assert.deepEqual(offers, [{ start: '2031-05-05T11:30:00+10:00', label: 'Mon, 5 May, 11:30' }]);
  await ask('book', { encounter: 'e1', start: offers[0].start }, 'booking', 'Booked: Mon, 5 May, 11:30');
  assert.notEqual(pons.writes[0].key, pons.writes[1].key);
});

test('a lost answer is asked for again under the same key', async () => {
  await startApp();
  await pons.deliver(pons.visit(1, { name: 'Mary Citizen' }));
  pons.answers.push([0]);
  await ask('book', { encounter: 'e1' }, 'booking', 'Booked: ');
  assert.equal(pons.writes.length, 2);
  assert.equal(pons.writes[0].key, pons.writes[1].key);
});

test('a report is followed until the practice has imported it', async () => {
  await startApp();
  await pons.deliver(pons.visit(1, { name: 'Mary Citizen' }));
  pons.answers.push([201, imported('queued')]);
  await ask('report', { encounter: 'e1' }, 'report', 'Report: on its way');
  assert.equal(pons.writes[0].path, 'DocumentReference/$timeline-report');
  for (const [state, text] of [['delivered', 'Report: waits'], ['imported', 'Report: imported']]) {
    pons.records.set('DocumentReference/doc1', imported(state));
    await pons.deliver(pons.change('DocumentReference/doc1', 'updated'));
    await standing('e1', 'report', text);
  }
});

test('what is refused is said in the practice\'s words, and other sites cannot ask', async () => {
  await startApp();
  await pons.deliver(pons.visit(1, { name: 'Mary Citizen' }));
  pons.answers.push([403, { resourceType: 'OperationOutcome', issue: [{ details: { text: 'Switched off.' } }] }]);
  assert.equal((await ask('book', { encounter: 'e1' }, 'booking', 'Switched off.')).state, 'refused');
  const form = await fetch(`${app.url}book`, { method: 'POST', body: new URLSearchParams({ encounter: 'e1' }) });
  assert.equal(form.status, 415);
  assert.equal(pons.writes.length, 1);
});

test('signatures are those of the published example', () => {
  const headers = { 'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek', 'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=' };
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const body = Buffer.from('{"test": 2432232314}');
  assert.ok(isGenuine(secret, headers, body, 1614265330_000));
  assert.ok(!isGenuine(secret, headers, body, 1614265631_000));
  assert.ok(!isGenuine(secret, headers, Buffer.from('{}'), 1614265330_000));
});

test('today is the day on the practice clock', () => {
  const now = Date.parse('2026-03-08T20:00:00Z'); // 9 March, 07:00 in Sydney
  assert.ok(isToday('2026-03-09T06:30:00+11:00', now));
  assert.ok(!isToday('2026-03-08T18:00:00+11:00', now));
});
