// SPDX-License-Identifier: Apache-2.0
// Pages in states that a practice beside the test seldom is in, against made-up answers: the ways to
// reach a system and their pairing codes, good and refused; a move to another way; keys that are shown
// once; every try of a delivery; a practice with 500 practitioners. Each passes axe, light and dark, at
// desk and phone width.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import { BROWSER_ARGS, CHROMIUM, settled, skip, violations } from './lib/portal.mjs';
import { serve } from '../../web/portal/tools/mock-serve.mjs';

const { chromium } = createRequire(import.meta.url)('playwright-core');
const options = { skip, timeout: 120_000 };
let mock;
let browser;
let page;

before(async () => {
  if (skip) return;
  mock = await serve();
  browser = await chromium.launch({ executablePath: CHROMIUM, args: BROWSER_ARGS });
  page = await open();
});
after(async () => {
  await browser?.close();
  mock?.server.close();
});

async function open({ who = 'admin', cookies = {}, ...settings } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-AU', timezoneId: 'Australia/Brisbane', reducedMotion: 'reduce', ...settings });
  await context.addCookies(Object.entries({ mock: who, ...cookies }).map(([name, value]) => ({ name, value, url: mock.url })));
  const made = await context.newPage();
  made.problems = [];
  made.on('pageerror', (error) => made.problems.push(error.message));
  return made;
}

// As it is now: in both themes, and as narrow as a phone.
async function good(where, without) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await violations(page, without), [], `${where}, ${colorScheme}`);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  await page.waitForFunction(() => document.documentElement.scrollWidth <= window.innerWidth, undefined, { timeout: 3000 }).catch(() => assert.fail(`${where} is wider than a phone`));
  assert.deepEqual(await violations(page, without), [], `${where}, phone`);
  await page.setViewportSize({ width: 1280, height: 800 });
  assert.deepEqual(page.problems, []);
}
const button = (name) => page.getByRole('button', { name, exact: true });
const field = (name) => page.getByLabel(name, { exact: true });

test('the quick way comes first; what it needs is two fields', options, async () => {
  await page.goto(`${mock.url}/o/org-1/connections/new`);
  await page.getByRole('radio', { name: /Best Practice/ }).check();
  await button('Continue').click();
  const ways = page.getByRole('radiogroup', { name: 'How to reach Best Practice' }).getByRole('radio');
  assert.equal(await ways.count(), 2);
  assert.equal(await ways.first().getAttribute('value'), 'halo');
  assert.ok(await ways.first().isChecked());
  await good('the ways');
  await button('Continue').click();
  await field('Pairing code').waitFor();
  assert.equal(await page.locator('form input:visible').count(), 2, 'name and time zone are known already');
  await good('pairing');
});

test('a code is taken however it is typed, and the whole window can be pasted', options, async () => {
  await field('Pairing code').fill(' ab3-9k ');
  assert.equal(await field('Pairing code').inputValue(), 'AB39K');
  await field('Site ID').fill('104711');
  await button('Pair and connect').click();
  await page.getByText('A pairing code has 6 letters and digits; this has 5.').waitFor();
  await field('Pairing code').evaluate((input) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text', 'Site ID: 5550\r\nPairing Code: b22-222\r\n');
    input.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  });
  assert.equal(await field('Site ID').inputValue(), '5550');
  assert.equal(await field('Pairing code').inputValue(), 'B22222');
});

test('what is refused is said in place, with the next step', options, async () => {
  await button('Pair and connect').click();
  await page.getByText(/code is wrong or was used already\. Press Generate Pairing Code again/).waitFor();
  await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'halo_pairing_code');
  assert.equal(await field('Pairing code').inputValue(), '', 'the next code goes into an empty field');
  assert.equal(await field('Site ID').inputValue(), '5550');
  await good('a refused code');
  for (const [site, words] of [['0000', /offline\. Start it/], ['1111', /too old for Halo Connect.*Update to Spectra/]]) {
    await field('Site ID').fill(site);
    await field('Pairing code').fill('A1B2C3');
    await button('Pair and connect').click();
    await page.getByRole('alert').filter({ hasText: words }).waitFor();
  }
  await good('an old version');
});

test('paired: how far it is, then what apps may see, then the first patient', options, async () => {
  await field('Site ID').fill('104711');
  await field('Pairing code').fill('a1b2c3');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'What happens next' }).waitFor();
  assert.equal(await page.getByRole('list', { name: 'How far it is' }).getByRole('listitem').count(), 3);
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  assert.ok(!kept.includes('A1B2C3'), 'the code is kept nowhere');
  await good('paired');
  await page.getByRole('link', { name: 'Connect an app' }).click();
  await page.getByRole('radio', { name: /DermEngine/ }).check();
  await button('Continue').click();
  await button('Continue').click();
  await page.getByRole('radio', { name: /All locations arrive/ }).check();
  await page.getByRole('textbox', { name: 'Location in DermEngine', exact: true }).click();
  await page.getByRole('option', { name: 'Bundaberg' }).click();
  for (const name of ['Everyone, new ones included', 'All of them, new ones included']) await page.getByRole('radio', { name: new RegExp(name) }).check();
  await button('Share with DermEngine').click();
  await page.getByText('Waiting for the first patient').waitFor();
  await good('waiting for the first patient', ['[role=group][aria-label^=Choose] ul']);
});

test('a connection moves to another way and stays the same one; what it asks is counted', options, async () => {
  await page.goto(`${mock.url}/o/org-1/connections/con-1`);
  await page.getByRole('link', { name: 'Move to Halo Connect' }).click();
  await page.getByRole('heading', { name: 'What stays' }).waitFor();
  await good('the move');
  await field('Site ID').fill('104711');
  await field('Pairing code').fill('A1B2C3');
  const sent = page.waitForRequest((request) => request.method() === 'PATCH');
  await button('Pair and move').click();
  assert.deepEqual((await sent).postDataJSON(), { settings: { transport: 'halo', halo_site_id: '104711' }, secrets: { halo_pairing_code: 'A1B2C3' } });
  await page.waitForURL(/\/connections\/con-1$/);
  await page.goto(`${mock.url}/o/org-1/connections/con-3`);
  await page.getByText('1,184 queries today, 14,022 in the last 7 days.').waitFor();
  await page.getByText(/about 3,000 queries on a working day/).waitFor();
  assert.equal(await page.getByText('b2f2c7aa').count(), 0, 'what was learned is no setting of a person');
  await good('a connection over Halo');
});

test('a key of a connection is shown once', options, async () => {
  await page.goto(`${mock.url}/o/org-1/connections/con-1`);
  await button('Make a key').click();
  await field('Name').fill('SUNRISE-SRV');
  await button('Make the key').click();
  await page.getByText(/^pons_agent_/).waitFor();
  await page.getByText(/shown once/).first().waitFor();
  assert.deepEqual(await violations(page), []);
  await button('I have kept the key').click();
  await page.getByText(/^pons_agent_/).waitFor({ state: 'detached' });
});

test('the practice is renamed', options, async () => {
  await page.goto(`${mock.url}/o/org-1/settings/practice`);
  await field('Name').fill('Sunrise Medical and Skin');
  const sent = page.waitForRequest((request) => request.method() === 'PATCH');
  await button('Save the name').click();
  assert.deepEqual((await sent).postDataJSON(), { name: 'Sunrise Medical and Skin' });
  await good('the name');
});

test('500 practitioners: found by typing, chosen together, long names whole', options, async () => {
  await page.goto(`${mock.url}/o/org-1/apps/grant-1`);
  const list = page.getByRole('group', { name: 'Choose practitioners' });
  await list.getByRole('textbox').fill('westhuizen');
  await button('Save filters').waitFor({ state: 'detached' });
  const select = list.getByRole('button', { name: /^Select these \d+$/ });
  const found = Number(/\d+/.exec(await select.textContent())[0]);
  await select.click();
  await page.getByText(new RegExp(`^Not saved yet: ${found} practitioners added\\.$`)).waitFor();
  const widths = await list.getByRole('listitem').locator('label > span:nth-child(2)').evaluateAll((names) => names.map((n) => n.getBoundingClientRect().width));
  assert.ok(Math.min(...widths) > 150, `a name has ${Math.min(...widths)} px`);
  await good('500 practitioners');
  await page.setViewportSize({ width: 390, height: 844 });
  await list.scrollIntoViewIfNeeded();
  const preview = page.getByText(/^Of last week’s 212 visits/);
  const box = await preview.boundingBox();
  assert.ok(box && box.y >= 0 && box.y < 844, 'the preview stays in view on a phone');
  await page.setViewportSize({ width: 1280, height: 800 });
});

test('every try of a delivery, with what came of it', options, async () => {
  await page.close();
  page = await open({ who: 'developer' });
  await page.goto(`${mock.url}/developer/webhooks/hook-2/deliveries/8997`);
  const tries = page.getByRole('list', { name: 'Tries' }).getByRole('listitem');
  await tries.first().waitFor();
  assert.equal(await tries.count(), 5, 'four tries and the next');
  assert.match(await tries.nth(1).textContent(), /No answer: no answer within 10 s/);
  assert.match(await tries.nth(2).textContent(), /Not taken: 503 unavailable.*deploying/);
  assert.match(await tries.last().textContent(), /Next try/);
  await good('a delivery');
  await page.goto(`${mock.url}/developer/usage`);
  for (const name of ['Median', '95 of 100', '99 of 100']) await page.getByText(name, { exact: true }).first().waitFor();
  await good('usage');
  await page.goto(`${mock.url}/developer`);
  await page.getByText('Book your first appointment (done)').waitFor();
  await page.goto(`${mock.url}/developer/connections/new`);
  await settled(page);
  await page.getByRole('textbox', { name: /^System/ }).click();
  await page.getByRole('option', { name: /Best Practice/ }).click();
  await page.getByRole('radio', { name: /Your own network/ }).check();
  await field('Server').waitFor();
  await good('a developer’s form');
});

test('everything by keyboard: a way is chosen with the arrows, an error takes the focus', options, async () => {
  await page.close();
  page = await open();
  await page.goto(`${mock.url}/o/org-1/connections/new`);
  await page.getByRole('radio', { name: /Best Practice/ }).focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Enter');
  await page.getByRole('radio', { name: /Halo Connect/ }).focus();
  await page.keyboard.press('ArrowDown');
  assert.ok(await page.getByRole('radio', { name: /Your own network/ }).isChecked());
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await field('Site ID').focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-invalid') === 'true');
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('name')), 'halo_site_id');
});

test('words and dates as the person’s country writes them', options, async () => {
  await page.close();
  for (const [country, heading] of [['en-AU', 'Organisations'], ['en-US', 'Organizations']]) {
    page = await open({ who: 'developer', cookies: { 'mock-locale': country } });
    await page.goto(`${mock.url}/developer/organizations`);
    await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
    await page.close();
  }
});
