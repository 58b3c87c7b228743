// SPDX-License-Identifier: Apache-2.0
// fhir-kit-client reads, searches and pages; two validators judge what it gets.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import { signIn, startServer } from './api-helper.mjs';
import { objections } from './lib/judges.mjs';

const Client = createRequire(import.meta.url)('fhir-kit-client');

const types = ['Patient', 'Encounter', 'Practitioner', 'PractitionerRole', 'Location',
  'HealthcareService', 'Appointment', 'Condition'];
let server;
let client;

before(async () => {
  server = await startServer();
  client = new Client({ baseUrl: `${server.url}/fhir/R4`, bearerToken: await signIn(server) });
});
after(() => server?.stop());

const ids = (bundle) => (bundle.entry ?? []).map((entry) => entry.resource.id);

test('the capability statement and the SMART configuration lead to the token endpoint', async () => {
  const statement = await client.capabilityStatement();
  assert.deepEqual(objections(statement), []);
  // This server only reads: no Binary, and no Task or document to be found.
  assert.deepEqual(statement.rest[0].resource.map((r) => r.type).sort(),
    [...types, 'DocumentReference', 'Task'].sort());
  for (const { interaction } of statement.rest[0].resource) {
    assert.deepEqual(interaction.map(({ code }) => code), ['read', 'vread', 'search-type']);
  }
  const oauth = statement.rest[0].security.extension[0].extension;
  assert.equal(oauth.find(({ url }) => url === 'token').valueUri, `${server.url}/oauth/token`);
  const smart = await fetch(`${server.url}/fhir/R4/.well-known/smart-configuration`);
  assert.equal((await smart.json()).token_endpoint, `${server.url}/oauth/token`);
});

test('reads and rereads a version', async () => {
  const patient = await client.read({ resourceType: 'Patient', id: 'patients-0' });
  assert.equal(patient.name[0].family, 'Nguyễn');
  assert.deepEqual(objections(patient), []);
  const { response } = Client.httpFor(patient);
  assert.equal(response.headers.get('etag'), `W/"${patient.meta.versionId}"`);
  const again = await client.vread({ resourceType: 'Patient', id: 'patients-0', version: '1' });
  assert.deepEqual(again, patient);
});

test('every type can be searched, and every resource served is valid', async () => {
  for (const resourceType of types) {
    const bundle = await client.search({ resourceType, searchParams: { _count: 200 } });
    assert.ok(bundle.entry?.length > 0, resourceType);
    assert.deepEqual(objections(bundle), [], resourceType);
    for (const entry of bundle.entry) {
      assert.deepEqual(objections(entry.resource), [], entry.fullUrl);
      const read = await client.read({ resourceType, id: entry.resource.id });
      assert.deepEqual(read, entry.resource);
    }
  }
});

test('references lead to records that can be read', async () => {
  const appointment = await client.read({ resourceType: 'Appointment', id: 'appointments-3' });
  for (const { actor } of appointment.participant) {
    const target = await client.resolve({ reference: actor.reference });
    assert.equal(`${target.resourceType}/${target.id}`, actor.reference);
  }
});

test('searches with parameters', async () => {
  const search = (resourceType, searchParams) => client.search({ resourceType, searchParams });
  assert.equal((await search('Patient', { family: 'nguyen', _count: 200 })).entry.length, 24);
  assert.equal((await search('Patient', { family: '王', _count: 200 })).entry.length, 24);
  assert.deepEqual(ids(await search('Patient', { given: 'given17' })), ['patients-17']);
  assert.deepEqual(ids(await search('Encounter', { patient: 'Patient/patients-9' })),
    ['encounters-9']);
  const day = await search('Appointment', {
    date: ['ge2026-03-09T10:00:00+11:00', 'lt2026-03-09T11:00:00+11:00'], _sort: '-date',
  });
  assert.deepEqual(ids(day),
    ['appointments-43', 'appointments-42', 'appointments-41', 'appointments-40']);
  const { system } = (await client.read({ resourceType: 'Appointment', id: 'appointments-0' }))
    .serviceType[0].coding[0];
  const byType = await search('Appointment', { 'service-type': `${system}|12`, _summary: 'count' });
  assert.equal(byType.total, server.patients);
  const posted = await client.search({
    resourceType: 'Patient', searchParams: { given: 'given17' }, options: { postSearch: true },
  });
  assert.deepEqual(ids(posted), ['patients-17']);
});

test('pages to the end, each record once', async () => {
  let bundle = await client.search({
    resourceType: 'Patient', searchParams: { _count: 7, _sort: 'birthdate', _total: 'accurate' },
  });
  assert.equal(bundle.total, server.patients);
  const seen = [];
  const birthDates = [];
  while (bundle) {
    assert.deepEqual(objections(bundle), []);
    seen.push(...ids(bundle));
    birthDates.push(...bundle.entry.map((entry) => entry.resource.birthDate));
    bundle = await client.nextPage({ bundle });
  }
  assert.equal(seen.length, server.patients);
  assert.equal(new Set(seen).size, server.patients);
  assert.deepEqual(birthDates, [...birthDates].sort());
});

test('errors are valid OperationOutcomes', async () => {
  const outcomes = [];
  const failing = async (status, call) => {
    const error = await call.then(() => assert.fail('no error'), (e) => e);
    assert.equal(error.response.status, status);
    outcomes.push(error.response.data);
  };
  await failing(404, client.read({ resourceType: 'Patient', id: 'nobody' }));
  await failing(400, client.search({ resourceType: 'Patient', searchParams: { birthdate: 'x' } }));
  await failing(400, client.search({
    resourceType: 'Patient', searchParams: { nonsense: 'x' },
    options: { headers: { Prefer: 'handling=strict' } },
  }));
  await failing(405, client.create({ resourceType: 'Patient', body: { resourceType: 'Patient' } }));
  const stranger = new Client({ baseUrl: `${server.url}/fhir/R4` });
  await failing(401, stranger.read({ resourceType: 'Patient', id: 'patients-0' }));
  for (const outcome of outcomes) {
    assert.equal(outcome.resourceType, 'OperationOutcome');
    assert.deepEqual(objections(outcome), []);
  }
});
