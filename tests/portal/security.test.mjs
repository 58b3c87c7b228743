// SPDX-License-Identifier: Apache-2.0
// What docs/reference/security.md promises of the portal's answers, asked of a real server.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { PASSWORD, skip, World } from './lib/portal.mjs';

const options = { skip, timeout: 120_000 };
let world;
let ola;

before(async () => {
  if (skip) return;
  world = await World.start({});
  ola = await world.operator();
});
after(() => world?.stop());

test('pages may load nothing from elsewhere and be framed by nobody', options, async () => {
  for (const path of ['/portal/', '/portal/sign-in', '/portal/o/nowhere']) {
    const page = await fetch(world.url + path);
    assert.equal(page.status, 200, path);
    assert.match(page.headers.get('content-type'), /^text\/html; ?charset=utf-8$/i);
    const policy = page.headers.get('content-security-policy');
    for (const part of ["default-src 'self'", "script-src 'self'", "object-src 'none'", "base-uri 'none'",
      "frame-ancestors 'none'", "frame-src 'none'"]) assert.ok(policy.includes(part), `${path}: ${part} in ${policy}`);
    assert.ok(!/unsafe-(inline|eval)/.test(policy), policy);
    assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
    assert.ok(page.headers.get('referrer-policy'));
    assert.ok(!/<script(?![^>]*\bsrc=)[^>]*>\s*\S/.test(await page.text()), 'no inline script');
  }
});

test('data is not cached, not sniffed and not framed', options, async () => {
  for (const path of ['/session', '/organizations', '/nothing']) {
    const { headers } = await ola.ask('GET', path);
    assert.equal(headers.get('cache-control'), 'no-store', path);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.match(headers.get('content-security-policy'), /default-src 'none'/);
    assert.equal(headers.get('access-control-allow-origin'), null);
  }
});

test('the cookie is out of reach of scripts and of other sites', options, async () => {
  const person = world.person();
  const { headers, text } = await person.ask('POST', '/session', { email: 'ola@pons.example', password: PASSWORD });
  const cookie = headers.get('set-cookie');
  assert.match(cookie, /^pons_session=[^;]{20,};/);
  assert.match(cookie, /HttpOnly/i);
  assert.match(cookie, /SameSite=Lax/i);
  assert.match(cookie, /Path=\//i);
  assert.ok(!text.includes(cookie.split(/[=;]/)[1]), 'the token is in the cookie alone');
});

test('a change without the token, or from elsewhere, is refused', options, async () => {
  const wish = { name: 'Nowhere' };
  const without = await ola.ask('POST', '/organizations', wish, { 'x-pons-csrf': '' });
  assert.equal(without.status, 403);
  const foreign = await ola.ask('POST', '/organizations', wish, { 'x-pons-csrf': 'A'.repeat(43) });
  assert.equal(foreign.status, 403);
  const elsewhere = await ola.ask('POST', '/organizations', wish, { origin: 'https://elsewhere.example' });
  assert.equal(elsewhere.status, 403);
  const form = await fetch(`${world.url}/portal/api/organizations`, { method: 'POST',
    headers: { cookie: ola.cookie(), 'x-pons-csrf': ola.csrf, 'content-type': 'application/x-www-form-urlencoded' }, body: 'name=Nowhere' });
  assert.ok([400, 415].includes(form.status), String(form.status));
  assert.ok(!(await ola.list('/organizations')).some(({ name }) => name === 'Nowhere'));
});

test('TRACE and unknown methods are refused', options, async () => {
  const { request } = await import('node:http');
  for (const method of ['TRACE', 'PUT', 'OPTIONS']) {
    const status = await new Promise((resolve, reject) => {
      const asked = request(`${world.url}/portal/api/session`, { method }, (answer) => { answer.resume(); resolve(answer.statusCode); });
      asked.on('error', reject);
      asked.end();
    });
    assert.ok(status >= 400 && status < 500, `${method}: ${status}`);
  }
});

test('signing in takes a new token, signing out ends it', options, async () => {
  const person = world.person();
  await person.signIn('ola@pons.example');
  const first = person.cookie();
  await person.signIn('ola@pons.example');
  assert.notEqual(person.cookie(), first);
  const old = person.cookie();
  await person.call('DELETE', '/session');
  const answer = await fetch(`${world.url}/portal/api/session`, { headers: { cookie: old } });
  assert.equal(answer.status, 401);
});

test('a wrong password, an unknown address: one answer; too many: a wait, for that address alone', options, async () => {
  const said = new Set();
  for (const email of ['ola@pons.example', 'nobody@pons.example']) {
    const { status, body } = await world.person().ask('POST', '/session', { email, password: 'not the password at all' });
    assert.equal(status, 401);
    said.add(body.detail);
  }
  assert.equal(said.size, 1, [...said].join(' | '));
  let blocked;
  for (let n = 0; n < 30 && !blocked; n++) {
    const answer = await world.person().ask('POST', '/session', { email: 'guessed@pons.example', password: `guess number ${n} of many` });
    if (answer.status === 429) blocked = answer;
  }
  assert.ok(blocked, 'guessing is slowed down');
  assert.match(blocked.body.detail, /minute|second|wait|again/i);
});

test('weak passwords are refused with the reason', options, async () => {
  const organization = await ola.call('POST', '/organizations', { name: 'Password Practice' });
  const made = await ola.call('POST', `/organizations/${organization.id}/members`, { email: 'weak@pons.example', role: 'limited' });
  const token = new URL(made.invitation_url).hash.slice(1);
  for (const password of ['short', 'password1234', 'aaaaaaaaaaaaaaaa', 'weak@pons.example']) {
    const answer = await world.person().ask('POST', `/invitations/${token}`, { name: 'Weak', password });
    assert.equal(answer.status, 422, password);
    assert.ok(answer.body.detail.length > 10);
  }
  const person = world.person();
  await person.call('POST', `/invitations/${token}`, { name: 'Weak', password: PASSWORD });
  const again = await world.person().ask('POST', `/invitations/${token}`, { name: 'Weak', password: PASSWORD });
  assert.ok(again.status >= 400, 'an invitation is good once');
});

test('the link of the first start is good once, and nothing it made is in the log', options, async () => {
  const token = new URL(await world.firstStart()).hash.slice(1);
  const again = await world.person().ask('POST', '/first_start', { token, name: 'X', email: 'x@pons.example', password: PASSWORD });
  assert.ok(again.status >= 400);
  for (const secret of [PASSWORD, ...ola.cookies.values(), ola.csrf]) assert.ok(!world.pons.said.includes(secret));
});

test('browser storage holds nothing that opens or tells anything', options, async () => {
  const page = await world.open('/portal/', { person: ola });
  await page.locator('h1').first().waitFor();
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie);
  for (const secret of [...ola.cookies.values(), ola.csrf, 'ola@pons.example']) assert.ok(!kept.includes(secret), kept);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('OpenAPI names every route of the portal', options, async () => {
  const document = await (await fetch(`${world.url}/api/openapi.json`)).json();
  assert.match(document.openapi, /^3\.1/);
  for (const path of ['/portal/api/session', '/portal/api/organizations/{org}/connections', '/portal/api/apps/{app}/webhooks']) {
    assert.ok(document.paths[path], `${path} of ${Object.keys(document.paths).length}`);
  }
});
