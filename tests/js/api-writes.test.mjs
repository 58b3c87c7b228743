// SPDX-License-Identifier: Apache-2.0
// fhir-kit-client writes: patients, bookings and a report reach a practice and are read back; two
// validators judge all that is answered.

import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import { objections } from './lib/judges.mjs';
import { System, missingPrograms, until } from './lib/system.mjs';

const Client = createRequire(import.meta.url)('fhir-kit-client');
const skip = missingPrograms() ?? false;
const options = { skip, timeout: 120_000 };
const PDF = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n');

let system;
let client;
let practitioner; // { id, vendor }
let service;
let patient; // created by this app

before(async () => {
  if (skip) return;
  system = await System.start({ sandbox: ['--patients', '20', '--appointments', '30', '--seed', '5',
    '--report-interval-ms', '500'] });
  await system.connect({
    grant: ['--all-locations-to', 'main', '--switch', 'patients_out=on',
      '--switch', 'take_bookings=on', '--switch', 'reports_out=on'],
    settings: { report_folder: system.reports },
  });
  await system.reading();
  client = new Client({ baseUrl: `${system.url}/fhir/R4`, bearerToken: await system.token() });
  const [first] = await system.practice('GET', '/clinic/practitioners');
  practitioner = await until('the practitioner is known', async () => {
    const found = await client.search({ resourceType: 'Practitioner', searchParams: { identifier: first.id } });
    return found.entry && { id: found.entry[0].resource.id, vendor: first.id };
  });
  const services = await client.search({ resourceType: 'HealthcareService' });
  service = services.entry[0].resource.id;
});
after(() => system?.stop());

const key = () => ({ 'Idempotency-Key': randomUUID() });
const person = (family) => ({ resourceType: 'Patient', name: [{ use: 'official', family, given: ['Ada'] }],
  gender: 'female', birthDate: '1990-05-17', telecom: [{ system: 'phone', value: '0491 570 156', use: 'mobile' }] });
const booking = (start, who = patient.id) => ({ resourceType: 'Appointment', status: 'booked', start,
  participant: [`Patient/${who}`, `Practitioner/${practitioner.id}`, `HealthcareService/${service}`]
    .map((reference) => ({ actor: { reference }, status: 'accepted' })) });

// The status, headers and body of a call that may fail.
async function attempt(promise) {
  try {
    const body = await promise;
    const { response } = Client.httpFor(body);
    return { status: response.status, headers: response.headers, body };
  } catch (error) {
    if (!error.response) throw error;
    return { status: error.response.status, body: error.response.data };
  }
}
function judged(answer) {
  assert.deepEqual(objections(answer.body), [], JSON.stringify(answer.body));
  return answer;
}

// Free times of the practitioner on the first day from tomorrow on that has some, as instants.
async function freeTimes() {
  const { today } = await system.practice('GET', '/state');
  for (let ahead = 1; ahead < 14; ahead += 1) {
    const day = new Date(Date.parse(`${today}T00:00:00Z`) + ahead * 86_400_000).toISOString().slice(0, 10);
    const { slots } = await system.practice('GET', `/clinic/free?practitioner=${practitioner.vendor}&date=${day}`);
    if (slots.length < 6) continue;
    return slots.map(({ time }) => `${day}T${time}:00${offset(day)}`);
  }
  throw new Error('nothing is free');
}
function offset(day) {
  const parts = new Intl.DateTimeFormat('en', { timeZone: 'Australia/Sydney', timeZoneName: 'longOffset' })
    .formatToParts(new Date(`${day}T00:00:00Z`));
  return parts.find(({ type }) => type === 'timeZoneName').value.replace('GMT', '');
}

test('the capability statement says what can be written', options, async () => {
  const statement = await client.capabilityStatement();
  assert.deepEqual(objections(statement), []);
  const of = (type) => statement.rest[0].resource.find((one) => one.type === type)
    .interaction.map(({ code }) => code);
  assert.ok(of('Patient').includes('create') && of('Patient').includes('patch'));
  assert.deepEqual(of('Binary'), ['read', 'create']);
});

test('a patient is created once, however often it is asked for', options, async () => {
  const headers = key();
  const body = person('Lovelace-Test');
  const made = judged(await attempt(client.create({ resourceType: 'Patient', body, options: { headers } })));
  assert.equal(made.status, 201);
  patient = made.body;
  assert.equal(patient.name[0].family, 'Lovelace-Test');
  assert.match(made.headers.get('location'), new RegExp(`/Patient/${patient.id}/_history/`));
  const again = await attempt(client.create({ resourceType: 'Patient', body, options: { headers } }));
  assert.equal(again.status, 201);
  assert.equal(again.body.id, patient.id);
  const same = judged(await attempt(client.create({ resourceType: 'Patient', body, options: { headers: key() } })));
  assert.equal(same.status, 200, 'the same person under another key');
  assert.equal(same.body.id, patient.id);
  const other = await attempt(client.create({ resourceType: 'Patient', body: person('X'), options: { headers } }));
  assert.equal(other.status, 422);
  const { patients } = await system.practice('GET', '/clinic/patients?limit=200');
  assert.equal(patients.filter((one) => JSON.stringify(one).includes('Lovelace-Test')).length, 1);
});

test('$match finds the patient for certain', options, async () => {
  const bundle = await client.operation({ name: 'match', resourceType: 'Patient', method: 'POST',
    input: { resourceType: 'Parameters', parameter: [{ name: 'resource', resource: person('Lovelace-Test') }] } });
  assert.deepEqual(objections(bundle), []);
  assert.equal(bundle.entry[0].resource.id, patient.id);
  assert.equal(bundle.entry[0].search.extension[0].valueCode, 'certain');
});

test('the app changes its own patient, by what it has read', options, async () => {
  patient = await client.read({ resourceType: 'Patient', id: patient.id });
  const etag = `W/"${patient.meta.versionId}"`;
  const body = { ...patient, telecom: [{ system: 'phone', value: '0491 570 157', use: 'mobile' }] };
  const stale = await attempt(client.update({ resourceType: 'Patient', id: patient.id, body,
    options: { headers: { 'If-Match': 'W/"999"' } } }));
  assert.equal(stale.status, 412);
  const done = judged(await attempt(client.update({ resourceType: 'Patient', id: patient.id, body,
    options: { headers: { 'If-Match': etag } } })));
  assert.equal(done.status, 200);
  assert.ok(done.body.telecom.some(({ value }) => value.replaceAll(' ', '') === '0491570157'),
    JSON.stringify(done.body.telecom));
  assert.notEqual(done.body.meta.versionId, patient.meta.versionId);
  patient = done.body;
});

test('whom the practice has already is shown and not made again, nor the app\'s to change', options, async () => {
  const { patients } = await system.practice('GET', '/clinic/patients?limit=5');
  const [one] = patients;
  const body = { resourceType: 'Patient', name: [{ family: one.family, given: [one.given] }], birthDate: one.birth_date };
  const made = judged(await attempt(client.create({ resourceType: 'Patient', body, options: { headers: key() } })));
  assert.equal(made.status, 200, JSON.stringify({ one, answer: made.body }));
  const { id, meta } = made.body;
  assert.ok(made.body.identifier.some(({ value }) => value === String(one.id)), JSON.stringify(made.body.identifier));
  const change = judged(await attempt(client.update({ resourceType: 'Patient', id,
    body: { ...made.body, gender: 'other' }, options: { headers: { 'If-Match': `W/"${meta.versionId}"` } } })));
  assert.equal(change.status, 422);
  assert.match(change.body.issue[0].details.text, /practice's record leads/);
  // Like them, with an initial for a name: made, and named as a possible duplicate.
  const alike = { ...body, name: [{ family: one.family, given: [one.given[0]] }] };
  const similar = judged(await attempt(client.create({ resourceType: 'Patient', body: alike,
    options: { headers: { ...key(), prefer: 'return=OperationOutcome' } } })));
  assert.equal(similar.status, 201, JSON.stringify(similar.body));
  assert.equal(similar.body.issue[1].code, 'duplicate', JSON.stringify(similar.body));
  const task = await client.read({ resourceType: 'Task', id: similar.headers.get('pons-task').split('/')[1] });
  const duplicates = task.output.filter(({ type }) => type.coding[0].code === 'possible-duplicate');
  assert.deepEqual(duplicates.map(({ valueReference }) => valueReference.reference), [`Patient/${id}`]);
});

test('books, meets somebody there, moves, and cancels', options, async () => {
  const free = await freeTimes();
  const create = (start) => attempt(client.create({ resourceType: 'Appointment', body: booking(start),
    options: { headers: key() } }));
  const booked = judged(await create(free[0]));
  assert.equal(booked.status, 201, JSON.stringify(booked.body));
  assert.equal(Date.parse(booked.body.start), Date.parse(free[0]));
  const taken = judged(await create(free[0]));
  assert.equal(taken.status, 409, JSON.stringify(taken.body));
  const [issue] = taken.body.issue;
  assert.ok(issue.extension.length >= 1 && issue.extension.length <= 5);
  assert.match(issue.details.text, /Free nearby/);
  assert.notEqual(Date.parse(issue.extension[0].valuePeriod.start), Date.parse(free[0]));

  let { body: appointment } = booked;
  const patch = async (path, value) => {
    const answer = judged(await attempt(client.patch({ resourceType: 'Appointment', id: appointment.id,
      JSONPatch: [{ op: 'replace', path, value }],
      options: { headers: { 'If-Match': `W/"${appointment.meta.versionId}"` } } })));
    if (answer.status === 200) appointment = answer.body;
    return answer;
  };
  const moved = await patch('/start', free[3]);
  assert.equal(moved.status, 200, JSON.stringify(moved.body));
  assert.equal(Date.parse(appointment.start), Date.parse(free[3]));
  const both = judged(await attempt(client.patch({ resourceType: 'Appointment', id: appointment.id,
    JSONPatch: [{ op: 'replace', path: '/start', value: free[1] },
      { op: 'replace', path: '/status', value: 'arrived' }],
    options: { headers: { 'If-Match': `W/"${appointment.meta.versionId}"` } } })));
  assert.equal(both.status, 422);
  assert.equal((await patch('/status', 'cancelled')).status, 200);
  assert.equal(appointment.status, 'cancelled');
  const again = judged(await create(free[3]));
  assert.equal(again.status, 201, 'what was cancelled is free again');
});

test('what cannot be is refused before anything is sent', options, async () => {
  const { entries } = await system.practice('GET', '/journal');
  const since = entries.at(-1).seq;
  const wrong = [
    [{ ...booking('2020-01-01T09:00:00+11:00') }, 422, 'Appointment.start'],
    [{ ...booking('2030-01-01T09:00:00') }, 422, 'Appointment.start'],
    [{ ...booking('2030-01-01T09:00:00+11:00', 'nobody') }, 422, 'Appointment.participant'],
  ];
  for (const [body, status, expression] of wrong) {
    const answer = judged(await attempt(client.create({ resourceType: 'Appointment', body, options: { headers: key() } })));
    assert.equal(answer.status, status);
    assert.equal(answer.body.issue[0].expression[0], expression);
  }
  const without = judged(await attempt(client.create({ resourceType: 'Appointment', body: wrong[0][0] })));
  assert.equal(without.status, 400);
  const page = await system.practice('GET', `/journal?since=${since}`);
  assert.equal(page.entries.filter(({ text }) => /BP_AddAppointment/i.test(text ?? '')).length, 0);
});

test('a report is kept at once and told as it goes on', options, async () => {
  const document = { resourceType: 'DocumentReference', status: 'current',
    type: { coding: [{ system: 'http://loinc.org', code: '34111-5' }], text: 'Dermatology timeline report' },
    subject: { reference: `Patient/${patient.id}` }, author: [{ reference: `Practitioner/${practitioner.id}` }],
    description: 'Dermatology timeline report',
    content: [{ attachment: { contentType: 'application/pdf', data: PDF.toString('base64') } }] };
  const made = judged(await attempt(client.create({ resourceType: 'DocumentReference', body: document,
    options: { headers: key() } })));
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const { id } = made.body;
  const bytes = await fetch(`${system.url}/fhir/R4/Binary/${id}`, {
    headers: { authorization: `Bearer ${await system.token()}`, accept: 'application/pdf' } });
  assert.deepEqual(Buffer.from(await bytes.arrayBuffer()), PDF);
  const state = (resource) => resource.extension.find(({ url }) => url.endsWith('/export-state')).valueCode;
  const arrived = await until('the report is imported', async () => {
    const now = await client.read({ resourceType: 'DocumentReference', id });
    assert.notEqual(state(now), 'failed');
    return state(now) === 'imported' && now;
  });
  assert.deepEqual(objections(arrived), []);
  assert.equal(arrived.docStatus, 'final');
  const { reports } = await system.practice('GET', '/clinic/reports');
  const sha256 = createHash('sha256').update(PDF).digest('hex');
  assert.ok(reports.some((report) => report.sha256 === sha256), 'the bytes in the inbox are those sent');
});

test('a Task tells how each of them stands', options, async () => {
  const answer = await fetch(`${system.url}/fhir/R4/Patient`, { method: 'POST', body: JSON.stringify(person('Async')),
    headers: { authorization: `Bearer ${await system.token()}`, 'content-type': 'application/fhir+json',
      prefer: 'respond-async', ...key() } });
  assert.equal(answer.status, 202);
  const where = answer.headers.get('content-location');
  assert.deepEqual(objections(await answer.json()), []);
  const id = where.split('/').at(-1);
  const task = await until('the Task is completed', async () => {
    const now = await client.read({ resourceType: 'Task', id });
    assert.deepEqual(objections(now), []);
    return now.status === 'completed' && now;
  });
  const result = task.output.find(({ type }) => type.coding[0].code === 'result').valueReference.reference;
  const made = await client.read({ resourceType: 'Patient', id: result.split('/')[1] });
  assert.equal(made.name[0].family, 'Async');
  const all = await client.search({ resourceType: 'Task', searchParams: { code: 'book-appointment', status: 'completed' } });
  assert.ok(all.entry.length >= 2);
  for (const { resource } of all.entry) assert.deepEqual(objections(resource), []);
});

test('what has not been sent is withdrawn, and never happens', options, async () => {
  await system.order('connection', 'pause', system.connection);
  const answer = await fetch(`${system.url}/fhir/R4/Patient`, { method: 'POST', body: JSON.stringify(person('Withdrawn')),
    headers: { authorization: `Bearer ${await system.token()}`, 'content-type': 'application/fhir+json',
      prefer: 'respond-async', ...key() } });
  assert.equal(answer.status, 202);
  const id = answer.headers.get('pons-task').split('/')[1];
  const waiting = await client.read({ resourceType: 'Task', id });
  assert.equal(waiting.status, 'requested');
  const cancel = (version) => attempt(client.patch({ resourceType: 'Task', id,
    JSONPatch: [{ op: 'replace', path: '/status', value: 'cancelled' }],
    options: { headers: { 'If-Match': `W/"${version}"` } } }));
  const withdrawn = judged(await cancel(waiting.meta.versionId));
  assert.equal(withdrawn.status, 200, JSON.stringify(withdrawn.body));
  assert.equal(withdrawn.body.status, 'cancelled');
  await system.order('connection', 'resume', system.connection);
  // The next one goes through, so that the withdrawn one has had its turn.
  const next = await attempt(client.create({ resourceType: 'Patient', body: person('After'),
    options: { headers: key() } }));
  assert.ok([201, 202].includes(next.status), JSON.stringify(next.body));
  await until('the next one is there', async () => {
    const { patients } = await system.practice('GET', '/clinic/patients?limit=200');
    assert.ok(!JSON.stringify(patients).includes('Withdrawn'));
    return JSON.stringify(patients).includes('After');
  });
});
