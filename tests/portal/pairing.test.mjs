// SPDX-License-Identifier: Apache-2.0
// A practice that is reached through Halo Connect, in the browser and from nothing: a code that was
// never right, then the real one, then what an app may see, then the first patient. Then the same
// connection is paired again, and stays the same one.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Receiver, skip, settled, until, violations, World } from './lib/portal.mjs';

const options = { skip, timeout: 180_000 };
let world;
let ola;
let mara;
let org;
let receiver;
let page;
let connection;
let begun;

before(async () => {
  if (skip) return;
  world = await World.start({ relay: ['--patients', '60', '--appointments', '200', '--seed', '5'] });
  ola = await world.operator();
  ({ organization: org, admin: mara } = await world.organization(ola));
  const app = await ola.call('POST', '/apps', { name: 'Skin Viewer' });
  receiver = await Receiver.start();
  world.receivers.push(receiver);
  receiver.secret = (await ola.call('POST', `/apps/${app.id}/webhooks`, { url: receiver.url, events: ['encounter.created'] })).secret;
  page = await world.open(`/portal/o/${org}/connections/new`, { person: mara, timezoneId: 'Australia/Sydney' });
});
after(() => world?.stop());

const button = (name) => page.getByRole('button', { name, exact: true });
const field = (name) => page.getByLabel(name, { exact: true });
const newCode = async () => (await world.practice('POST', '/clinic/pairing', {})).pairing_code;

test('a code that was never right is refused in place', options, async () => {
  begun = Date.now();
  await page.getByRole('radio', { name: /Best Practice/ }).check();
  await button('Continue').click();
  await page.getByRole('radio', { name: /Halo Connect/ }).waitFor();
  assert.ok(await page.getByRole('radio', { name: /Halo Connect/ }).isChecked(), 'the quick way is chosen already');
  await button('Continue').click();
  await field('Site ID').fill(world.site);
  await field('Pairing code').fill('ZZZ999');
  await button('Pair and connect').click();
  await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'halo_pairing_code' && document.activeElement.getAttribute('aria-invalid') === 'true');
  assert.equal(await field('Pairing code').inputValue(), '');
  assert.deepEqual(await violations(page), []);
});

test('the window is pasted, and the practice is paired and read', options, async () => {
  const code = await newCode();
  await field('Pairing code').evaluate((input, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text', text);
    input.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, `Site ID: ${world.site}\nPairing Code: ${code.slice(0, 3)}-${code.slice(3).toLowerCase()}`);
  assert.equal(await field('Pairing code').inputValue(), code);
  await button('Pair and connect').click();
  await page.getByRole('heading', { name: 'What happens next' }).waitFor();
  assert.deepEqual(await violations(page), []);
  connection = new URL(page.url()).searchParams.get('connection');
  await until('it is active', async () => (await mara.get(`/connections/${connection}`)).state === 'active', 60_000);
  const shown = await mara.get(`/connections/${connection}`);
  assert.ok(!JSON.stringify(shown).includes(code), 'a code is not kept');
  assert.match(shown.next_step, /share/i);
});

test('what the app may see, and the first patient', options, async () => {
  await page.goto(`${world.url}/portal/o/${org}/apps/new?connection=${connection}`);
  await page.getByRole('radio', { name: /Skin Viewer/ }).check();
  await button('Continue').click();
  await button('Continue').click();
  await page.getByRole('radio', { name: /All locations arrive/ }).check();
  await page.getByLabel(/^Location in /).fill('Main');
  for (const name of ['Everyone, new ones included', 'All of them, new ones included']) await page.getByRole('radio', { name: new RegExp(name) }).check();
  await page.getByRole('button', { name: /^Share with / }).click();
  await page.getByText('Waiting for the first patient').waitFor();
  const person = Date.now() - begun;
  await until('visits are looked for', async () => (await mara.get(`/connections/${connection}`)).read.state === 'active');
  await world.startVisit();
  const [told] = await until('the patient arrives', () => receiver.of('encounter.created').length > 0 && receiver.of('encounter.created'), 70_000);
  assert.ok(told.genuine);
  await page.getByText('The first patient has arrived in Skin Viewer', { exact: true }).waitFor();
  assert.ok(person < 120_000, `a person spends ${Math.round(person / 1000)} s`);
  assert.deepEqual(page.problems, []);
});

test('what is charged for is counted, and pairing again keeps everything', options, async () => {
  const patients = (await mara.list(`/organizations/${org}/patients`)).map((p) => p.id);
  assert.equal(patients.length, 1);
  await until('queries are counted', async () => (await mara.get(`/connections/${connection}`)).vendor_requests?.total_7_days > 0, 90_000);
  await page.goto(`${world.url}/portal/o/${org}/connections/${connection}`);
  await settled(page);
  await page.getByText(/ in the last 7 days\.$/).waitFor();
  await page.getByText('Configured', { exact: true }).waitFor();
  assert.deepEqual(await violations(page), []);
  await page.getByRole('link', { name: 'Pair again' }).click();
  await field('Pairing code').fill(await newCode());
  await button('Pair again').click();
  await page.waitForURL(new RegExp(`/connections/${connection}$`));
  await until('it is active again', async () => (await mara.get(`/connections/${connection}`)).state === 'active');
  assert.deepEqual((await mara.list(`/organizations/${org}/patients`)).map((p) => p.id), patients);
  assert.equal(receiver.of('encounter.created').length, 1, 'nothing is sent twice');
});
