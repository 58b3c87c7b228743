// SPDX-License-Identifier: Apache-2.0
// Starts pons-api-server (tests/js/api-server) and signs in.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
export const bin = process.env.PONS_BIN ?? join(here, '../../build/dev/bin');

// { url, client_id, client_secret, patients, stop() }; `jwks` are public keys of the app.
export async function startServer(jwks) {
  const folder = mkdtempSync(join(tmpdir(), 'pons-api-js-'));
  const args = [folder];
  if (jwks) {
    writeFileSync(join(folder, 'jwks.json'), JSON.stringify(jwks));
    args.push(join(folder, 'jwks.json'));
  }
  const child = spawn(join(bin, 'pons-api-server'), args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const ready = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`pons-api-server ended with ${code}`)));
  });
  return {
    ...JSON.parse(ready),
    async stop() {
      child.stdin.end();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function askToken(server, fields, headers = {}) {
  const response = await fetch(`${server.url}/oauth/token`, {
    method: 'POST',
    headers,
    body: new URLSearchParams({ grant_type: 'client_credentials', ...fields }),
  });
  return { status: response.status, body: await response.json() };
}

export async function signIn(server, scope = 'system/*.rs') {
  const { client_id, client_secret } = server;
  const { status, body } = await askToken(server, { client_id, client_secret, scope });
  if (status !== 200) throw new Error(`sign-in: ${status} ${JSON.stringify(body)}`);
  return body.access_token;
}
