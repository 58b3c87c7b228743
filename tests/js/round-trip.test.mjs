// SPDX-License-Identifier: Apache-2.0
// Patients that others made up go into the practice, their visits start, the app is told, and what
// it reads is compared field by field with what went in.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { NOT_KEPT, differences, page, unexplained } from './lib/fields.mjs';
import { objections } from './lib/judges.mjs';
import { System, missingPrograms, root, sharedData } from './lib/system.mjs';

const SECONDS = 1000;

function patientsIn(folder) {
  const plain = join(folder, 'Patient.ndjson');
  const text = existsSync(plain) ? readFileSync(plain) : gunzipSync(readFileSync(plain + '.gz'));
  return text.toString('utf8').split('\n').filter((line) => line.trim()).map((line) => JSON.parse(line));
}

// The vendor's own number among the identifiers.
const vendorId = (resource, kind) =>
  resource.identifier?.find(({ system }) => new RegExp(`/connections/[^/]+/${kind}`).test(system))?.value;

for (const [name, count] of [['au-core', 59], ['synthea', 408]]) {
  const folder = sharedData(name);
  const skip = missingPrograms() ?? (folder ? false : `no test data ${name} on this machine`);

  test(`${count} patients of ${name} come back as they went in`, { skip, timeout: 240 * SECONDS }, async () => {
    const system = await System.start({ sandbox: ['--patients', '0', '--appointments', '0'] });
    try {
      await system.connect();
      const receiver = await system.listen();
      await system.reading();
      const loaded = await system.practice('POST', '/load', { fhir_folder: folder });
      assert.equal(loaded.loaded, count);

      const [{ id: practitioner }] = await system.practice('GET', '/clinic/practitioners');
      const [{ id: location }] = await system.practice('GET', '/clinic/locations');
      const patients = new Map(patientsIn(folder).map((patient) => [loaded.ids[patient.id], patient]));
      assert.equal(patients.size, count);
      for (const patient of patients.keys()) {
        await system.practice('POST', '/clinic/visits', { patient, practitioner, location });
      }

      const told = await receiver.waitFor('encounter.created', count);
      assert.ok(receiver.messages.every(({ genuine }) => genuine), 'every signature verifies');
      assert.equal(new Set(told.map(({ data }) => data.id)).size, count);
      for (const { body } of receiver.messages) {
        assert.ok(!/name|birth|address|phone/i.test(body), 'a message says which record, not what is in it');
      }

      const wrong = [];
      const seen = new Set();
      for (const { data } of told) {
        const encounter = await system.fhir(`Encounter/${data.id}`);
        const served = await system.fhir(encounter.subject.reference);
        for (const resource of [encounter, served]) {
          for (const objection of objections(resource)) wrong.push(`${resource.resourceType}: ${objection}`);
        }
        const number = vendorId(served, 'patient');
        const patient = patients.get(number);
        assert.ok(patient, `patient ${number} was loaded`);
        assert.ok(!seen.has(number), 'one visit each');
        seen.add(number);
        for (const { field, expected, actual } of differences(patient, served)) {
          wrong.push(`${patient.id}: ${field}: "${expected}" went in, "${actual}" came out`);
        }
      }
      assert.equal(seen.size, count);
      assert.equal(wrong.length, 0, wrong.slice(0, 40).join('\n'));

      // Everything else that is served is valid too.
      for (const type of ['Practitioner', 'PractitionerRole', 'Location', 'HealthcareService', 'Appointment']) {
        const bundle = await system.fhir(`${type}?_count=200`);
        for (const { resource } of bundle.entry ?? []) assert.deepEqual(objections(resource), [], type);
      }
    } finally {
      await system.stop();
    }
  });
}

test('the table explains every element of the patients that went in', { skip: !sharedData('au-core') && 'no test data' }, () => {
  const patients = ['au-core', 'synthea'].flatMap((name) => patientsIn(sharedData(name)));
  assert.deepEqual(patients.flatMap(unexplained), []);
  for (const { element, has } of NOT_KEPT) {
    assert.ok(['deceasedBoolean'].includes(element) || patients.some(has), `${element}: no patient has it`);
  }
});

test('the page about kept fields is that of the table', () => {
  assert.equal(readFileSync(root + 'docs/reference/best-practice-fields.md', 'utf8'), page(),
    'node tests/js/write-fields.mjs writes it');
});
