// SPDX-License-Identifier: Apache-2.0
// Webhooks of a running server, without a practice: trying one, the checks on its address, and an
// app that registers its own.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { System, missingPrograms, until } from './lib/system.mjs';

const skip = missingPrograms(['pons']) ?? false;
const options = { skip, timeout: 60_000 };
let system;

before(async () => {
  if (skip) return;
  system = await System.start();
  system.app = await system.order('app', 'add', 'Test app');
});
after(() => system?.stop());

const api = async (method, path, body) => {
  const response = await fetch(system.url + path, { method,
    headers: { authorization: `Bearer ${system.bearer ??= await system.token()}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }) });
  const text = await response.text();
  return { status: response.status, body: text && JSON.parse(text) };
};

test('a test message verifies with a library that is not ours, and its outcome is told', options, async () => {
  const receiver = await system.listen();
  const [webhook] = (await system.get('/api/webhooks')).webhooks;
  await system.order('webhook', 'test', webhook.id);
  const [message] = await receiver.waitFor('webhook.test', 1);
  assert.ok(message.genuine);
  assert.match(message.id, /^evt-/);

  receiver.status = 401;
  await assert.rejects(() => system.order('webhook', 'test', webhook.id), /401/);
  assert.equal(receiver.messages.length, 2);
  assert.ok(receiver.messages[1].genuine);
});

test('an app registers, lists and deletes its own webhooks; the secret is told once', options, async () => {
  const made = await api('POST', '/api/webhooks', { url: 'http://127.0.0.1:9/hook', events: ['encounter.created'] });
  assert.equal(made.status, 201);
  assert.match(made.body.secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  const listed = (await system.get('/api/webhooks')).webhooks.find(({ id }) => id === made.body.id);
  assert.deepEqual(listed.events, ['encounter.created']);
  assert.equal(listed.secret, undefined);
  assert.equal((await api('DELETE', `/api/webhooks/${made.body.id}`)).status, 204);
  assert.ok(!(await system.get('/api/webhooks')).webhooks.some(({ id, state }) => id === made.body.id && state === 'active'));
});

test('addresses and events that cannot be right are refused with the reason', options, async () => {
  for (const [body, why] of [
    [{ url: 'ftp://app.example/hook' }, /http/],
    [{ url: 'https://user:secret@app.example/hook' }, /./],
    [{ url: 'nonsense' }, /./],
    [{}, /./],
    [{ url: 'http://127.0.0.1:9/hook', events: ['visit.started'] }, /encounter\.created/],
  ]) {
    const { status, body: problem } = await api('POST', '/api/webhooks', body);
    assert.ok(status === 400 || status === 422, `${JSON.stringify(body)}: ${status}`);
    assert.match(problem.detail, why);
  }
});

test('without the development setting no webhook may point at this machine or its network', options, async () => {
  const strict = new System();
  strict.data = system.data + '-strict';
  try {
    await strict.startPons({ development: false });
    strict.app = await strict.order('app', 'add', 'Test app');
    for (const url of ['http://127.0.0.1:9/hook', 'https://127.0.0.1/hook', 'https://10.0.0.1/hook',
      'https://169.254.169.254/latest', 'https://[::1]/hook', 'https://localhost/hook']) {
      await assert.rejects(() => strict.order('webhook', 'add', '--app', strict.app.client_id, '--url', url), url);
    }
  } finally {
    await strict.stop();
  }
});

test('the feed answers at once when there is nothing, and says where to go on', options, async () => {
  const { changes, next, more } = await system.get('/api/changes?since=0');
  assert.deepEqual([changes, more], [[], false]);
  assert.deepEqual((await system.get(`/api/changes?since=${next}`)).changes, []);
  await until('a long poll ends', async () =>
    (await system.get(`/api/changes?since=${next}&wait_seconds=1`)).changes.length === 0, 5000);
});
