// SPDX-License-Identifier: Apache-2.0
// A server as it is run for real, without --development: the first operator makes an account in the
// browser, has to set up a second factor, and signs in with it; the test is the authenticator app.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { PASSWORD, skip, totp, until, violations, World } from './lib/portal.mjs';

const options = { skip, timeout: 120_000 };
const email = 'ola@pons.example';
let world;
let secret;
let codes;

before(async () => {
  if (!skip) world = await World.start({ args: [] });
});
after(() => world?.stop());

// A code is good once: that of a step that was not used yet.
let used = 0;
async function freshCode() {
  await until('a new code', () => Math.floor(Date.now() / 30_000) + 1 > used, 40_000);
  const now = Math.floor(Date.now() / 30_000);
  const step = Math.max(now, used + 1);
  used = step;
  return totp(secret, step * 30_000);
}

test('codes are those of RFC 6238', () => {
  assert.equal(totp('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', 59_000), '287082');
  assert.equal(totp('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', 1_111_111_109_000), '081804');
});

test('the first operator makes an account and enrols', options, async () => {
  const page = await world.open(await world.firstStart());
  await page.getByLabel('Your name').fill('Ola Operator');
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Make the account' }).click();
  await page.getByRole('heading', { name: 'Set up your second factor' }).waitFor();
  // Until then nothing else is to be had, by address or by API.
  const person = world.person();
  person.cookies = new Map((await page.context().cookies()).map(({ name, value }) => [name, value]));
  assert.equal((await person.refresh()).state, 'enrol_due');
  assert.equal((await person.ask('GET', '/organizations')).status, 403);
  await page.goto(`${world.url}/portal/operator`);
  await page.getByRole('button', { name: 'Set up the authenticator app' }).click();
  await page.getByRole('button', { name: /show the key/ }).click();
  assert.deepEqual(await violations(page), []);
  secret = (await page.locator('text=/^([A-Z2-7]{4} ){5,}[A-Z2-7]{1,4}$/').first().textContent()).trim();
  await page.getByLabel('Six-digit code').fill('000000');
  await page.getByRole('button', { name: 'Confirm the code' }).click();
  await page.getByText('The code was not accepted').waitFor();
  await page.getByLabel('Six-digit code').fill(await freshCode());
  await page.getByRole('button', { name: 'Confirm the code' }).click();
  await page.getByText('Keep these recovery codes.').waitFor();
  codes = await page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem').allTextContents();
  assert.equal(codes.length, 10);
  assert.equal(new Set(codes).size, 10);
  assert.deepEqual(await violations(page), []);
  await page.getByLabel(/I have kept the codes/).check();
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.waitForURL(/\/portal\/operator/);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('signing in asks for a code, and takes each once', options, async () => {
  const page = await world.open('/portal/');
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Enter your code' }).waitFor();
  const code = await freshCode();
  await page.getByLabel('Six-digit code').fill(code);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
  const second = world.person();
  await second.signIn(email);
  assert.equal((await second.get('/session')).state, 'second_factor_due');
  assert.equal((await second.ask('GET', '/organizations')).status, 403);
  assert.ok((await second.ask('POST', '/session/second_factor', { code })).status >= 400, 'a code is good once');
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('a recovery code stands in for a lost phone, once', options, async () => {
  for (const [good, code] of [[true, codes[0]], [false, codes[0]], [true, codes[1].toLowerCase()]]) {
    const person = world.person();
    await person.signIn(email);
    const answer = await person.ask('POST', '/session/second_factor', { recovery_code: code });
    assert.equal(answer.status < 300, good, `${code}: ${answer.status}`);
    if (good) assert.equal((await person.refresh()).state, 'signed_in');
  }
});

test('an operator may not go without', options, async () => {
  const person = world.person();
  await person.signIn(email);
  await person.call('POST', '/session/second_factor', { recovery_code: codes[2] });
  await person.refresh();
  const answer = await person.ask('DELETE', '/account/second_factor', { password: PASSWORD });
  assert.ok(answer.status === 422 || answer.status === 403, String(answer.status));
});
