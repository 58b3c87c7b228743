// SPDX-License-Identifier: Apache-2.0
// The OpenAPI document of a running server, judged by a validator that is not ours; and the first
// start, from the link that `pons serve` prints.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';

import { Validator } from '@seriousme/openapi-schema-validator';

import { bin } from './api-helper.mjs';

let folder;
let child;
let url;
let link;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pons-openapi-'));
  child = spawn(join(bin, 'pons'), ['serve', '--data', folder, '--listen', '127.0.0.1:0'],
    { stdio: ['ignore', 'pipe', 'pipe'] });
  const failed = new Promise((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`pons serve ended with ${code}`)));
  });
  const ready = new Promise((resolve) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve(line.split(' ')[1]));
  });
  const told = new Promise((resolve) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      const found = /^\s*(http\S+#\S+)$/.exec(line);
      if (found) resolve(found[1]);
    });
  });
  url = await Promise.race([ready, failed]);
  link = await Promise.race([told, failed]);
});
after(async () => {
  child.removeAllListeners('exit');
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true, force: true });
});

test('the document is valid OpenAPI 3.1 and points to the CapabilityStatement', async () => {
  const response = await fetch(`${url}/api/openapi.json`);
  assert.equal(response.status, 200);
  const document = await response.json();
  const { valid, errors } = await new Validator().validate(structuredClone(document));
  assert.ok(valid, JSON.stringify(errors, null, 1));
  const ids = Object.values(document.paths).flatMap((item) =>
    Object.values(item).map((operation) => operation.operationId));
  assert.equal(new Set(ids).size, ids.length, 'operation ids are unique');
  const statement = await fetch(document.externalDocs.url);
  assert.equal((await statement.json()).resourceType, 'CapabilityStatement');
});

test('the printed link makes the first operator, once, who must then set up a second factor', async () => {
  const { hash } = new URL(link);
  const body = JSON.stringify({
    token: hash.slice(1), name: 'Operator', email: 'op@example.org', password: 'seven green piers at low tide',
  });
  const ask = () => fetch(`${url}/portal/api/first_start`,
    { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
  const made = await ask();
  assert.equal(made.status, 200);
  assert.equal((await made.json()).state, 'enrol_due');
  assert.equal((await ask()).status, 404);
});
