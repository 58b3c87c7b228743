// SPDX-License-Identifier: Apache-2.0
// What a practice manager does, in the browser and from nothing: connects Best Practice by the
// wizard, lets an app see patients, sees the first one arrive; changes the filters and finds them
// obeyed; is told that the password is refused, and mends it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Receiver, skip, settled, until, violations, World } from './lib/portal.mjs';

const options = { skip, timeout: 180_000 };
let world;
let ola;
let mara;
let org;
let app;
let receiver;
let page;
let connection;
let grant;

before(async () => {
  if (skip) return;
  world = await World.start({ sandbox: ['--patients', '60', '--appointments', '200', '--seed', '5'] });
  ola = await world.operator();
  ({ organization: org, admin: mara } = await world.organization(ola));
  app = await ola.call('POST', '/apps', { name: 'Skin Viewer' });
  receiver = await Receiver.start();
  world.receivers.push(receiver);
  receiver.secret = (await ola.call('POST', `/apps/${app.id}/webhooks`, { url: receiver.url, events: ['encounter.created'] })).secret;
  page = await world.open(`/portal/o/${org}`, { person: mara });
});
after(() => world?.stop());

const button = (name) => page.getByRole('button', { name, exact: true });

test('the wizard: from nothing to a practice that is read', options, async () => {
  await settled(page);
  await page.goto(`${world.url}/portal/o/${org}/connections/new`);
  await page.getByRole('radio', { name: /Best Practice/ }).check();
  await button('Continue').click();
  await page.getByRole('heading', { name: 'What you need' }).waitFor();
  assert.deepEqual(await violations(page), []);
  await button('I have these: continue').click();
  await page.getByLabel('Name of this connection').fill('Front desk');
  const zone = page.getByRole('textbox', { name: 'Time zone of the practice' });
  await zone.fill('Australia/Sydney');
  await page.getByRole('option', { name: 'Australia/Sydney' }).click();
  await page.getByLabel('Server', { exact: true }).fill('127.0.0.1');
  await page.getByRole('button', { name: /^Show \d+ more settings/ }).click();
  await page.getByLabel('Port', { exact: true }).fill(world.wire);
  await page.locator('input[name=password]').fill('not the password');
  // What was typed survives a reload, the secret excepted.
  await page.reload();
  await page.getByLabel('Server', { exact: true }).waitFor();
  assert.equal(await page.getByLabel('Server', { exact: true }).inputValue(), '127.0.0.1');
  assert.equal(await page.locator('input[name=password]').inputValue(), '');
  await page.locator('input[name=password]').fill('not the password');
  await button('Test these settings').click();
  await page.getByRole('status').filter({ hasText: /refused|password/i }).first().waitFor();
  assert.match(await page.getByRole('status').filter({ hasText: /password/i }).first().textContent(), /Database browser/);
  await page.locator('input[name=password]').fill(world.password);
  await button('Test these settings').click();
  await page.getByText(/^Connected to .*Everything that is needed can be read\.$/).first().waitFor();
  assert.deepEqual(await violations(page), []);
  await button('Connect Best Practice').click();
  await page.getByRole('heading', { name: 'What happens next' }).waitFor();
  connection = new URL(page.url()).searchParams.get('connection');
  await until('the practice is read', async () => {
    const directory = await mara.get(`/connections/${connection}/directory`);
    return directory.practitioners.length > 0 && directory.services.length > 0 && directory.locations.length > 0;
  });
  await until('it is active', async () => (await mara.get(`/connections/${connection}`)).state === 'active');
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  assert.ok(!kept.includes(world.password));
});

test('an app is connected, and the first patient arrives', options, async () => {
  await page.goto(`${world.url}/portal/o/${org}/apps/new?connection=${connection}`);
  const listed = page.getByRole('radio', { name: /Skin Viewer/ });
  const typed = page.getByLabel('App id');
  await listed.or(typed).first().waitFor();
  if (await typed.isVisible()) await typed.fill(app.client_id);
  else await listed.check();
  await button('Continue').click();
  await page.getByRole('heading', { name: 'When a patient goes to the app' }).waitFor();
  await button('Continue').click();
  await page.getByText('Preview with these filters').waitFor();
  await page.getByRole('button', { name: /^Share with / }).click();
  await page.getByText('Choose at least one practitioner, or everyone.').waitFor();
  const { locations } = await mara.get(`/connections/${connection}/directory`);
  const places = page.getByLabel(/^Location in .* for /);
  if (await places.count() === 0) {
    await page.getByLabel(/^Location in /).fill('Main');
  } else {
    for (let n = 0; n < await places.count(); n++) await places.nth(n).fill(`Place ${n + 1}`);
  }
  assert.ok(locations.length > 0);
  for (const name of ['Everyone, new ones included', 'All of them, new ones included']) await page.getByRole('radio', { name: new RegExp(name) }).check();
  assert.deepEqual(await violations(page), []);
  await page.getByRole('button', { name: /^Share with / }).click();
  await page.waitForURL(/\/apps\/(?!new)[^/]+$/);
  grant = page.url().split('/').at(-1);
  await world.visitsAreSeen();
  await world.startVisit();
  const [told] = await receiver.waitFor('encounter.created', 1);
  assert.ok(told.genuine);
  await page.goto(`${world.url}/portal/o/${org}/activity`);
  await page.getByText('Shared', { exact: true }).first().waitFor();
  await page.goto(`${world.url}/portal/o/${org}/patients`);
  await settled(page);
  assert.equal((await mara.get(`/organizations/${org}/patients`)).total, 1);
  assert.deepEqual(page.problems, []);
});

test('filters are saved, and obeyed', options, async () => {
  await page.goto(`${world.url}/portal/o/${org}/apps/${grant}`);
  await settled(page);
  await page.getByRole('radio', { name: /Only those I choose/ }).first().check();
  const list = page.getByRole('group', { name: 'Choose practitioners' });
  await list.waitFor();
  const { practitioners } = await mara.get(`/connections/${connection}/directory`);
  const only = practitioners[0];
  const clear = list.getByRole('button', { name: /^(Clear|Select) all/ });
  if (/^Select/.test(await clear.textContent())) await clear.click();
  await clear.click();
  await page.getByText('Choose at least one practitioner, or everyone.').first().waitFor();
  await list.getByRole('textbox').fill(only.name);
  await list.getByRole('checkbox', { name: new RegExp(only.name.replace(/[.()]/g, '.')) }).first().check();
  // Leaving now asks first.
  await page.getByRole('link', { name: 'What it may do' }).click();
  const guard = page.getByRole('dialog', { name: 'Leave without saving?' });
  await guard.waitFor();
  await guard.getByRole('button').filter({ hasText: /stay|keep|go on|back/i }).first().click();
  await guard.waitFor({ state: 'hidden' });
  await button('Save filters').click();
  await page.getByText('Saved. From now on these filters decide.').waitFor();
  const saved = await mara.get(`/grants/${grant}`);
  assert.deepEqual(saved.practitioners, { kind: 'these', ids: [only.id] });
  const preview = await mara.call('POST', `/grants/${grant}/preview`, { ...saved });
  assert.ok(preview.visits >= 1 && preview.shared <= preview.visits);

  const before = receiver.of('encounter.created').length;
  const { practitioners: diary } = await world.practice('GET', `/clinic/diary?date=${(await world.practice('GET', '/state')).today}`);
  const visit = async (column) => {
    const { id: patient } = await world.practice('POST', '/clinic/patients', { given: 'Filter', family: `Of ${column.name}`, birth_date: '1980-01-01', sex: 'Female' });
    await world.practice('POST', '/clinic/visits', { patient, practitioner: column.id });
  };
  const vendorName = only.name.toLowerCase();
  const chosen = diary.find((c) => vendorName.includes(c.name.split(' ').at(-1).toLowerCase()));
  const other = diary.find((c) => c !== chosen);
  assert.ok(chosen && other, `${only.name} among ${diary.map((c) => c.name)}`);
  await visit(other);
  await visit(chosen);
  await receiver.waitFor('encounter.created', before + 1);
  await until('the other visit was judged too', async () =>
    (await mara.list(`/connections/${connection}/activity`)).some((item) => /not/i.test(item.outcome)));
  assert.equal(receiver.of('encounter.created').length, before + 1, 'the other one was not shared');
  await page.goto(`${world.url}/portal/o/${org}/activity`);
  await page.getByText('Not shared', { exact: true }).first().waitFor();
});

test('a refused password is noticed, explained and mended', options, async () => {
  await world.practice('POST', '/faults', { match: '', kind: 'login', action: 'refuse_login', times: 0 });
  await world.practice('POST', '/faults', { match: '', action: 'drop_before_effect', times: 3 });
  await until('it needs attention', async () => (await mara.get(`/connections/${connection}`)).state === 'attention', 90_000);
  await page.goto(`${world.url}/portal/o/${org}/connections/${connection}`);
  await page.getByText(/password/i).first().waitFor();
  await page.getByText(/Attention/).first().waitFor();
  assert.deepEqual(await violations(page), []);
  const notices = await until('a notification', async () => {
    const items = await mara.list('/notifications');
    return items.length > 0 && items;
  });
  assert.match(notices[0].text, /Front desk|password|Best Practice/);
  await world.practice('DELETE', '/faults');
  await button('Check the settings').click();
  await page.locator('input[name=password]').fill(world.password);
  await button('Test and save').click();
  await until('it is active again', async () => (await mara.get(`/connections/${connection}`)).state === 'active', 90_000);
  await page.getByText('Active', { exact: true }).first().waitFor({ timeout: 30_000 });
  assert.deepEqual(page.problems, []);
});
