// SPDX-License-Identifier: Apache-2.0
// The main job as people see it: a receptionist starts a visit on the practice's page, and the
// patient appears on the example app's page. Both pages are then judged by axe.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { System, missingPrograms, root } from './lib/system.mjs';

const require = createRequire(import.meta.url);
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const CHROMIUM = '/usr/bin/chromium';
const appFolder = join(root, 'examples/patient-list');
const skip = missingPrograms() ??
  (existsSync(CHROMIUM) ? undefined : 'there is no Chromium on this machine') ??
  (existsSync(join(appFolder, 'node_modules')) ? undefined : 'the example app is not installed') ?? false;
const options = { skip, timeout: 120_000 };

let system;
let app;
let browser;
let folder;
let practitioner;
let location;

before(async () => {
  if (skip) return;
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: appFolder });
  folder = mkdtempSync(join(tmpdir(), 'pons-browser-'));
  system = await System.start({ sandbox: ['--patients', '40', '--appointments', '120', '--seed', '5',
    '--report-interval-ms', '500'] });
  [[practitioner], [location]] = await Promise.all([
    system.practice('GET', '/clinic/practitioners'), system.practice('GET', '/clinic/locations')]);
  await system.connect({ settings: { report_folder: system.reports },
    grant: ['--all-locations-to', 'main', '--switch', 'take_bookings=on', '--switch', 'reports_out=on'] });
  await system.reading();
  app = await system.run(process.execPath, [join(appFolder, 'dist/main.js')], {
    PONS_URL: system.url, CLIENT_ID: system.app.client_id, CLIENT_SECRET: system.app.client_secret,
    PORT: '0', STATE_FILE: join(folder, 'state.json') });
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--headless=new', '--no-sandbox',
    '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'] });
});
after(async () => {
  await browser?.close();
  await system?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

// A page whose errors fail the test.
async function open(url, settings = {}) {
  const context = await browser.newContext({ bypassCSP: true, ...settings });
  const page = await context.newPage();
  page.problems = [];
  page.on('pageerror', (error) => page.problems.push(error.message));
  await page.goto(url);
  return page;
}
async function violations(page) {
  await page.evaluate(axe);
  const { violations: found } = await page.evaluate(() => window.axe.run());
  return found.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 120)}`);
}
const kinds = [
  ['desk, light', { viewport: { width: 1280, height: 800 }, colorScheme: 'light' }],
  ['desk, dark', { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }],
  ['phone, light', { viewport: { width: 390, height: 844 }, colorScheme: 'light' }],
  ['phone, dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }],
];

test('the app\'s page says why it is empty', options, async () => {
  const page = await open(app['']);
  await page.getByRole('heading', { name: 'No patients have arrived today' }).waitFor();
  await page.getByText('Patients appear here when a visit starts').waitFor();
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('a visit started on the practice\'s page shows the patient on the app\'s page', options, async () => {
  const list = await open(app['']);
  await list.getByText('Live', { exact: true }).waitFor();
  const desk = await open(system.page);
  // Somebody who is booked for later today, or (late in the evening) anybody in the diary.
  const card = desk.locator('button.card[data-status="booked"], button.card[data-status="arrived"]').first();
  await card.click();
  await desk.getByRole('button', { name: 'Start visit', exact: true }).click();
  await list.getByRole('heading', { name: '1 patient has arrived today' }).waitFor({ timeout: 10_000 });
  assert.equal(await list.getByRole('row').count(), 2, 'the head and one patient');
  assert.match(await list.getByRole('status').textContent(), /has arrived/);
  // The other direction: a follow-up at a free time, and a report that the practice imports.
  await list.getByRole('button', { name: /^Book follow-up for / }).click();
  await list.locator('.outcome[data-state="done"], .outcome[data-state="taken"]').waitFor();
  if (await list.getByText('That time is taken').isVisible()) {
    await list.getByRole('button', { name: /\d\d:\d\d$/ }).first().click();
  }
  await list.getByText(/^Booked: /).first().waitFor();
  await list.getByRole('button', { name: /^Send report for / }).click();
  await list.getByText('Report: imported by the practice', { exact: true }).first().waitFor({ timeout: 20_000 });
  assert.deepEqual(await violations(list), []);
  assert.equal((await system.practice('GET', '/clinic/reports')).reports.length, 1);
  assert.deepEqual([...list.problems, ...desk.problems], []);
  assert.ok(!/arrived/.test(await list.title()), 'no patient detail in the title');
  await list.context().close();
  await desk.context().close();
});

for (const [kind, settings] of kinds) {
  test(`both pages pass axe: ${kind}`, options, async () => {
    for (const url of [app[''], system.page]) {
      const page = await open(url, settings);
      await page.getByText('Live', { exact: true }).waitFor();
      assert.deepEqual(await violations(page), [], url);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(wide <= 0, `${kind}: the page is ${wide} px too wide`);
      await page.context().close();
    }
  });
}

test('many long names stay readable on a phone', options, async () => {
  const list = await open(app[''], { viewport: { width: 390, height: 844 } });
  await list.getByText('Live', { exact: true }).waitFor();
  for (let n = 0; n < 12; n++) {
    const { id } = await system.practice('POST', '/clinic/patients', { given: `Bartholomew Maximilian ${n}`,
      family: 'Wolfeschlegelsteinhausen-Smythe', birth_date: '1984-07-02', sex: 'Male' });
    await system.practice('POST', '/clinic/visits', { patient: id, practitioner: practitioner.id, location: location.id });
  }
  await list.getByRole('heading', { name: /^1[23] patients have arrived today$/ }).waitFor({ timeout: 15_000 });
  const wide = await list.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(wide <= 0, `the page is ${wide} px too wide`);
  if (process.env.PONS_SCREENSHOTS) await list.screenshot({ path: join(process.env.PONS_SCREENSHOTS, 'many-phone.png') });
  await list.context().close();
});
