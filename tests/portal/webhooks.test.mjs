// SPDX-License-Identifier: Apache-2.0
// A developer watches a webhook fail, sees why, mends the receiver and sends again what was missed.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { skip, settled, until, violations } from './lib/portal.mjs';
import { tell } from './lib/story.mjs';

const options = { skip, timeout: 180_000 };
let world;
let page;

before(async () => {
  if (skip) return;
  world = await tell({ patients: 60, appointments: 200, visits: 4 });
});
after(() => world?.stop());

const deliveries = () => world.ola.list(`/webhooks/${world.brokenWebhook}/deliveries`);

test('the failing webhook says so, and what it was answered', options, async () => {
  page = await world.open('/portal/developer/webhooks', { person: world.ola });
  await settled(page);
  await page.locator(`a[href$="/webhooks/${world.brokenWebhook}"]`).first().click();
  await page.getByText(/503/).first().waitFor();
  assert.deepEqual(await violations(page), []);
  const [failed] = await deliveries();
  await page.goto(`${world.url}/portal/developer/webhooks/${world.brokenWebhook}/deliveries/${failed.id}`);
  await page.getByText('encounter.created').first().waitFor();
  await page.getByText(/503/).first().waitFor();
  await page.getByText('webhook-signature', { exact: false }).first().waitFor();
  assert.deepEqual(await violations(page), []);
  const shown = await world.ola.get(`/webhooks/${world.brokenWebhook}/deliveries/${failed.id}`);
  assert.equal(shown.last_status, 503);
  assert.ok(JSON.stringify(shown.payload).includes('Encounter'));
  assert.ok(!JSON.stringify(shown).includes(world.patient.name), 'a payload names nobody');
});

test('a test message is sent at once', options, async () => {
  const before = world.receiver.messages.length;
  const answer = await world.ola.call('POST', `/webhooks/${world.webhook}/test`, {});
  assert.equal(answer.ok, true, JSON.stringify(answer));
  await until('the message', () => world.receiver.messages.length > before);
  assert.ok(world.receiver.messages.at(-1).genuine);
  const broken = await world.ola.call('POST', `/webhooks/${world.brokenWebhook}/test`, {});
  assert.equal(broken.ok, false);
  assert.equal(broken.status, 503);
});

test('mended, then replayed: delivered, and the page says so', options, async () => {
  world.broken.status = 204;
  const [failed] = (await deliveries()).filter((item) => item.last_status === 503);
  const before = world.broken.messages.length;
  await page.goto(`${world.url}/portal/developer/webhooks/${world.brokenWebhook}/deliveries/${failed.id}`);
  await settled(page);
  await page.getByRole('button', { name: /Send (it |this )?again|Replay/i }).first().click();
  const confirm = page.getByRole('dialog').getByRole('button', { name: /again|Replay|Send/i });
  if (await confirm.first().isVisible().catch(() => false)) await confirm.first().click();
  await until('it arrives', () => world.broken.messages.length > before);
  assert.ok(world.broken.messages.at(-1).genuine);
  await until('it is delivered', async () => {
    const items = await deliveries();
    return items.some((item) => item.record === failed.record && /delivered/i.test(item.state));
  });
  await page.goto(`${world.url}/portal/developer/webhooks/${world.brokenWebhook}`);
  await page.getByText(/Delivered/).first().waitFor();
  assert.deepEqual(page.problems, []);
});

test('a secret is exchanged with an overlap: both sign, then the new one alone', options, async () => {
  const { secret } = await world.ola.call('POST', `/webhooks/${world.webhook}/secret`, {});
  assert.match(secret, /^whsec_/);
  assert.notEqual(secret, world.receiver.secret);
  const before = world.receiver.messages.length;
  world.receiver.secret = secret;
  await world.ola.call('POST', `/webhooks/${world.webhook}/test`, {});
  await until('the message', () => world.receiver.messages.length > before);
  assert.ok(world.receiver.messages.at(-1).genuine, 'signed with the new secret');
});

test('a client secret is shown once, and the old one works beside it', options, async () => {
  const made = await world.ola.call('POST', '/apps', { name: 'Rotating' });
  const next = await world.ola.call('POST', `/apps/${made.id}/secrets`, {});
  for (const client_secret of [made.client_secret, next.client_secret]) {
    const answer = await fetch(`${world.url}/oauth/token`, { method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: made.client_id, client_secret }) });
    assert.equal(answer.status, 200);
  }
  const text = JSON.stringify(await world.ola.get(`/apps/${made.id}`));
  assert.ok(!text.includes(made.client_secret) && !text.includes(next.client_secret));
});

test('a sandbox practice in one click, with a visit and a fault', options, async () => {
  const made = await world.ola.call('POST', '/sandboxes', { vendor: 'best_practice' });
  const ready = await until('it runs', async () => {
    const one = (await world.ola.list('/sandboxes')).find(({ id }) => id === made.id);
    return one?.state === 'running' && one;
  });
  assert.equal((await fetch(ready.page_url)).status, 200);
  // The practice's own page, through this server, in a document that is nobody's.
  const address = new URL(ready.page_url);
  assert.equal(address.origin, new URL(world.url).origin);
  const theirs = await world.open(address.pathname, { person: world.ola });
  await theirs.getByText(made.name.replace(' (sandbox)', '')).first().waitFor();
  assert.equal(await theirs.evaluate(() => window.origin), 'null');
  assert.equal(await theirs.evaluate(() => { try { return document.cookie; } catch { return 'none'; } }), 'none');
  await world.ola.call('POST', `/sandboxes/${made.id}/actions`, { action: 'visit' });
  await world.ola.call('POST', `/sandboxes/${made.id}/actions`, { action: 'fault', fault: 'delay' });
  await world.ola.call('POST', `/sandboxes/${made.id}/actions`, { action: 'clear_faults' });
  await world.ola.call('DELETE', `/sandboxes/${made.id}`);
});
