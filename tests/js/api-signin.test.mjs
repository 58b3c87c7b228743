// SPDX-License-Identifier: Apache-2.0
// private_key_jwt (SMART Backend Services), signed by Node's own crypto: each algorithm works, and
// each thing that is wrong with an assertion is refused.

import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { after, before, test } from 'node:test';

import { askToken, startServer } from './api-helper.mjs';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-384' });
let server;

before(async () => {
  server = await startServer({
    keys: [
      { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'rsa-1', alg: 'RS384', use: 'sig' },
      { ...ec.publicKey.export({ format: 'jwk' }), kid: 'ec-1', alg: 'ES384', use: 'sig' },
    ],
  });
});
after(() => server?.stop());

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const seconds = () => Math.floor(Date.now() / 1000);

function assertion({ alg = 'ES384', kid = 'ec-1', key = ec.privateKey, claims = {}, header = {} } = {}) {
  const head = encode({ alg, kid, typ: 'JWT', ...header });
  const body = encode({
    iss: server.client_id, sub: server.client_id, aud: `${server.url}/oauth/token`,
    exp: seconds() + 240, jti: randomUUID(), ...claims,
  });
  const text = Buffer.from(`${head}.${body}`);
  const hash = alg.endsWith('256') ? 'sha256' : 'sha384';
  const signature = alg === 'none' ? Buffer.alloc(0)
    : sign(hash, text, { key, dsaEncoding: 'ieee-p1363' });
  return `${head}.${body}.${signature.toString('base64url')}`;
}

const present = (jwt, more = {}) => askToken(server, {
  scope: 'system/Patient.rs',
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  client_assertion: jwt,
  ...more,
});

test('RS384 and ES384 are accepted, and the token reads', async () => {
  for (const options of [{}, { alg: 'RS384', kid: 'rsa-1', key: rsa.privateKey }]) {
    const { status, body } = await present(assertion(options));
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.token_type, 'bearer');
    assert.equal(body.scope, 'system/Patient.rs');
    assert.ok(body.expires_in <= 300);
    const read = await fetch(`${server.url}/fhir/R4/Patient/patients-0`, {
      headers: { authorization: `Bearer ${body.access_token}` },
    });
    assert.equal(read.status, 200);
  }
});

test('an assertion is good once', async () => {
  const jwt = assertion();
  assert.equal((await present(jwt)).status, 200);
  const again = await present(jwt);
  assert.equal(again.status, 401);
  assert.equal(again.body.error, 'invalid_client');
});

// Ten failures a minute end the attempts of a client, so these are fewer, on a server of their own.
const wrong = {
  'signed by another key': { key: stranger.privateKey },
  'an unsigned one': { alg: 'none' },
  'RS256': { alg: 'RS256', kid: 'rsa-1', key: rsa.privateKey },
  'a key of the other type': { alg: 'RS384', kid: 'ec-1', key: rsa.privateKey },
  'another audience': { claims: { aud: 'https://elsewhere.example/token' } },
  'an expired one': { claims: { exp: 1 } },
  'one that lives too long': { claims: { exp: 4102444800 } },
  'another subject': { claims: { sub: 'app-2' } },
};
test('what is wrong with an assertion is refused', async (t) => {
  for (const [what, options] of Object.entries(wrong)) {
    await t.test(what, async () => {
      const { status, body } = await present(assertion(options));
      assert.equal(status, 401);
      assert.equal(body.error, 'invalid_client');
      // Success clears the count of failures.
      assert.equal((await present(assertion())).status, 200);
    });
  }
});

test('one way of proving the client at a time', async () => {
  const { status, body } = await present(assertion(), { client_secret: server.client_secret });
  assert.equal(status, 400);
  assert.equal(body.error, 'invalid_request');
});
