// SPDX-License-Identifier: Apache-2.0
// The examples that the encoder is held to, judged by validators that are not ours.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { objections } from './lib/judges.mjs';

const folder = fileURLToPath(new URL('../../src/fhir/testdata/', import.meta.url));
const names = readdirSync(folder).filter((name) => name.endsWith('.json'));

test('there is an example of each resource', () => {
  const types = new Set(names.map((name) => JSON.parse(readFileSync(join(folder, name))).resourceType));
  assert.deepEqual([...types].sort(), ['AllergyIntolerance', 'Appointment', 'Condition',
    'DocumentReference', 'Encounter', 'FamilyMemberHistory', 'HealthcareService',
    'Location', 'MedicationStatement', 'Observation', 'Patient', 'Practitioner', 'PractitionerRole', 'Task']);
});

for (const name of names) {
  test(`${name} is valid FHIR R4`, () => {
    assert.deepEqual(objections(JSON.parse(readFileSync(join(folder, name)))), []);
  });
}
