// SPDX-License-Identifier: Apache-2.0
// A practice behind Halo Connect hands out a pairing code: its page as staff use it, by keyboard,
// against the real sandbox; the code is then used as an integrator uses it.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import { System, missingPrograms } from './lib/system.mjs';

const require = createRequire(import.meta.url);
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const CHROMIUM = '/usr/bin/chromium';
const skip = missingPrograms(['pons-sandbox']) ??
  (existsSync(CHROMIUM) ? undefined : 'there is no Chromium on this machine') ?? false;
const options = { skip, timeout: 90_000 };

const small = ['--patients', '20', '--appointments', '20'];
const system = new System();
let halo;
let control;
let alone;
let browser;

before(async () => {
  if (skip) return;
  [halo, alone] = await Promise.all([system.run('pons-sandbox', ['halo_connect', ...small]),
    system.run('pons-sandbox', ['best_practice', ...small])]);
  control = halo.sites.split('@')[1];
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--headless=new', '--no-sandbox',
    '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'] });
});
after(async () => {
  await browser?.close();
  await system.stop();
});

async function open(url, viewport) {
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  page.problems = [];
  page.on('pageerror', (error) => page.problems.push(error.message));
  page.on('console', (message) => {
    if (/Content.Security.Policy/.test(message.text())) page.problems.push(message.text());
  });
  await page.goto(url);
  await page.locator('body.ready').waitFor();
  return page;
}
const button = (page, name) => page.getByRole('button', { name, exact: true });
async function assertAccessible(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }));
  assert.deepEqual(violations.map((v) => [v.id, v.nodes.map((n) => n.target.join(' '))]), []);
}
const pair = (site, code) => fetch(`${halo.halo}/integrator/pair-site?practiceManagementSiteId=${site}` +
  `&practiceManagementName=Best%20Practice&pairingCode=${code}`,
{ method: 'POST', headers: { 'Ocp-Apim-Subscription-Key': halo.key } });

for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
  test(`staff let Pons in and hand out a pairing code, by keyboard, at ${viewport.width}`, options, async () => {
    await fetch(`${control}/clinic/integrations`, { method: 'POST', body: '{"enabled":false}' });
    const page = await open(`${control}/`, viewport);
    await button(page, 'Setup').press('Enter');
    const tick = page.getByRole('checkbox', { name: 'Allow Pons (via Halo Connect)' });
    await tick.waitFor();
    assert.ok(await button(page, 'Generate Pairing Code').isDisabled());
    await page.keyboard.press('Space');
    await page.getByRole('alertdialog').waitFor();
    await assertAccessible(page);
    assert.ok(!await tick.isChecked(), 'not before Yes');
    await page.keyboard.press('Enter');
    assert.ok(await tick.isChecked());
    await button(page, 'Save').press('Enter');
    await page.getByText('May read and write').waitFor();
    await page.keyboard.press('Enter');  // the row is in focus: selected
    await button(page, 'Generate Pairing Code').press('Enter');
    const site = await page.locator('#site-id').textContent();
    const code = await page.locator('#pairing-code').textContent();
    assert.equal(site, '90001');
    assert.match(code, /^[A-Z0-9]{6}$/);
    await assertAccessible(page);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    assert.equal((await pair(site, code)).status, 200);
    assert.equal((await pair(site, code)).status, 400, 'once');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'setup-button');
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });
}

test('the Halo Link service can be stopped from the page', options, async () => {
  const page = await open(`${control}/`, { width: 1280, height: 800 });
  await button(page, 'Setup').click();
  const changed = page.waitForResponse((r) => r.request().method() === 'POST');
  await page.getByLabel('Halo Link service on the server').selectOption('Stopped');
  await changed;
  const told = await (await fetch(`${control}/halo`)).json();
  assert.equal(told.availability, 'offline');
  await page.getByLabel('Halo Link service on the server').selectOption('Running');
  await page.context().close();
});

test('a practice that does not stand behind Halo has nothing to set up', options, async () => {
  const page = await open(alone.page, { width: 1280, height: 800 });
  assert.ok(await page.locator('#setup-button').isHidden());
  await page.context().close();
});
