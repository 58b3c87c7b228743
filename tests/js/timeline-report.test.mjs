// SPDX-License-Identifier: Apache-2.0
// The document that docs/reference/timeline-report.md shows, judged by validators that are not ours.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { objections } from './lib/judges.mjs';

const page = readFileSync(new URL('../../docs/reference/timeline-report.md', import.meta.url), 'utf8');
const bundle = JSON.parse(/```json\n([^]*?)```/.exec(page)[1]);

test('the example is valid FHIR R4', () => {
  assert.deepEqual(objections(bundle), []);
  for (const { resource } of bundle.entry) assert.deepEqual(objections(resource), []);
});

test('the example is a document: the Composition first, nothing missing, nothing twice', () => {
  assert.equal(bundle.type, 'document');
  assert.equal(bundle.entry[0].resource.resourceType, 'Composition');
  const urls = bundle.entry.map((entry) => entry.fullUrl);
  assert.equal(new Set(urls).size, urls.length);
  const references = [];
  JSON.stringify(bundle.entry, (key, value) => {
    if (key === 'reference') references.push(value);
    return value;
  });
  assert.ok(references.length > 10);
  for (const reference of references) {
    assert.ok(urls.includes(`https://app.example/fhir/${reference}`), reference);
  }
});
