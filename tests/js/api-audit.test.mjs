// SPDX-License-Identifier: Apache-2.0
// The server is killed in the middle of its work: every answer that a client got is in the audit
// trail, and the trail's chain holds as this program computes it from the documented format.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';

import { bin, signIn } from './api-helper.mjs';

// Entries by request id, the chain checked on the way.
function readTrail(file) {
  const requests = new Set();
  let batch = '';
  let expected = '0'.repeat(64);
  for (const line of readFileSync(file, 'utf8').split('\n').slice(0, -1)) {
    const entry = JSON.parse(line);
    if (entry.batch) {
      if (batch) expected = createHash('sha256').update(batch).digest('hex');
      assert.equal(entry.previous, expected, `batch ${entry.batch}`);
      batch = '';
    } else {
      requests.add(entry.request);
    }
    batch += `${line}\n`;
  }
  return requests;
}

function get(agent, url, headers) {
  return new Promise((resolve, reject) => {
    http.get(url, { agent, headers }, (response) => {
      response.resume();
      response.on('end', () => (response.complete ? resolve(response) : reject(new Error('cut'))));
      response.on('error', reject);
    }).on('error', reject);
  });
}

test('kill -9 loses no line of an answer that was given', { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pons-audit-js-'));
  const child = spawn(join(bin, 'pons-api-server'), [folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const ready = JSON.parse(await new Promise((resolve) => {
    createInterface({ input: child.stdout }).once('line', resolve);
  }));
  const authorization = `Bearer ${await signIn(ready)}`;
  const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
  const answered = [];
  let sent = 0;
  const reader = async () => {
    for (;;) {
      const id = `kill-${sent++}`;
      const path = sent % 5 === 0 ? 'Patient?given=given7' : `Patient/patients-${sent % 120}`;
      try {
        const { statusCode } = await get(agent, `${ready.url}/fhir/R4/${path}`,
          { authorization, 'x-request-id': id });
        if (statusCode === 200) answered.push(id);
      } catch {
        return;
      }
      if (answered.length === 1500) child.kill('SIGKILL');
    }
  };
  await Promise.all(Array.from({ length: 16 }, reader));
  await ended;
  agent.destroy();
  assert.ok(answered.length >= 1500);
  const requests = readTrail(join(folder, 'audit/audit-00000001.jsonl'));
  assert.deepEqual(answered.filter((id) => !requests.has(id)), []);
  rmSync(folder, { recursive: true, force: true });
});
