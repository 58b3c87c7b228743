// SPDX-License-Identifier: Apache-2.0
// Takes the pictures of scripts/screenshots: every page of the portal with made-up data, at desk and
// phone width, light and dark. Fails where a page writes an error to the console, breaks the content
// security policy, or is wider than its window.
import { createRequire } from 'node:module';
import { mkdirSync } from 'node:fs';

import { serve } from '../web/portal/tools/mock-serve.mjs';

const require = createRequire(new URL('../tests/js/package.json', import.meta.url));
const { chromium } = require('playwright-core');

async function toWays(page) {
  await page.getByRole('radio', { name: /Best Practice/ }).check();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('radio', { name: /Halo Connect/ }).waitFor();
}
async function toPairing(page) {
  await toWays(page);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('Pairing code', { exact: true }).waitFor();
}
async function pair(page, site, code, until) {
  await toPairing(page);
  await page.getByLabel('Site ID', { exact: true }).fill(site);
  await page.getByLabel('Pairing code', { exact: true }).fill(code);
  await page.getByRole('button', { name: 'Pair and connect' }).click();
  await (until ? page.getByRole('heading', { name: until }) : page.getByText(/code is wrong|offline/).first()).waitFor();
}
async function toDirect(page) {
  await toWays(page);
  await page.getByRole('radio', { name: /Your own network/ }).check();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('button', { name: 'I have these: continue' }).waitFor();
}
async function toAllow(page) {
  await page.getByRole('radio', { name: /DermEngine/ }).check();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'When a patient goes to the app' }).waitFor();
}
async function toFilters(page) {
  await toAllow(page);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('Preview with these filters').waitFor();
}
/** [name, who is signed in, address, what to do first, cookies] */
const org = '/o/org-1';
const pages = [
  ['sign-in', 'out', '/sign-in'],
  ['sign-in-refused', 'out', '/sign-in', async (page) => {
    await page.getByLabel('E-mail address').fill('rosalind@sunrise.example');
    await page.getByLabel('Password', { exact: true }).fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
  }],
  ['sign-in-code', 'code', '/sign-in'],
  ['sign-in-recovery', 'code', '/sign-in', (page) => page.getByText('I do not have my phone').click()],
  ['forgot', 'out', '/forgot'],
  ['reset', 'out', '/reset#token'],
  ['invitation', 'out', '/invitation#token'],
  ['invitation-used', 'out', '/invitation#used'],
  ['first-start', 'out', '/first-start#token'],
  ['first-start-no-link', 'out', '/first-start'],
  ['enrol', 'enrol', '/enrol'],
  ['enrol-scan', 'enrol', '/enrol', (page) => page.getByRole('button', { name: 'Set up the authenticator app' }).click()],
  ['enrol-codes', 'enrol', '/enrol', async (page) => {
    await page.getByRole('button', { name: 'Set up the authenticator app' }).click();
    await page.getByLabel('Six-digit code').fill('123456');
    await page.getByRole('button', { name: 'Confirm the code' }).click();
    await page.getByText('Keep these recovery codes').waitFor();
  }],
  ['account', 'admin', '/account'],
  ['account-security', 'admin', '/account/security'],
  ['account-sign-out-everywhere', 'admin', '/account/security', (page) => page.getByRole('button', { name: 'Sign out everywhere' }).click()],
  ['account-notifications', 'admin', '/account/notifications'],
  ['account-notifications-empty', 'developer', '/account/notifications'],
  ['account-notifications-failed', 'admin', '/account/notifications', undefined, { 'mock-fail': '/notifications' }],
  ['not-found', 'admin', '/nowhere'],
  ['drawer', 'admin', org, async (page) => {
    const burger = page.getByRole('button', { name: 'Open the navigation' });
    if (await burger.isVisible()) await burger.click();
  }],
  ['practice-overview', 'admin', org],
  ['practice-overview-empty', 'empty', '/o/org-3'],
  ['practice-connections', 'admin', `${org}/connections`],
  ['practice-connections-empty', 'empty', '/o/org-3/connections'],
  ['practice-connect', 'admin', `${org}/connections/new`],
  ['practice-connect-way', 'admin', `${org}/connections/new`, (page) => toWays(page)],
  ['practice-connect-pair', 'admin', `${org}/connections/new`, (page) => toPairing(page)],
  ['practice-connect-pair-refused', 'admin', `${org}/connections/new`, (page) => pair(page, '104711', 'B11 111')],
  ['practice-connect-pair-offline', 'admin', `${org}/connections/new`, (page) => pair(page, '0000', 'A1B-2C3')],
  ['practice-connect-paired', 'admin', `${org}/connections/new`, (page) => pair(page, '104711', 'a1b-2c3', 'What happens next')],
  ['practice-connect-prepare', 'admin', `${org}/connections/new`, (page) => toDirect(page)],
  ['practice-connect-settings', 'admin', `${org}/connections/new`, async (page) => {
    await toDirect(page);
    await page.getByRole('button', { name: 'I have these: continue' }).click();
    await page.getByRole('button', { name: 'Test these settings' }).click();
  }],
  ['practice-connection-halo', 'admin', `${org}/connections/con-3`],
  ['practice-connection-move', 'admin', `${org}/connections/con-1/way?to=halo`],
  ['practice-connection-move-back', 'admin', `${org}/connections/con-3/way?to=odbc`],
  ['practice-connection-settings', 'admin', `${org}/connections/con-1`, (page) => page.getByRole('button', { name: 'Change settings' }).click()],
  ['practice-connection-disconnect', 'admin', `${org}/connections/con-1`, (page) => page.getByRole('button', { name: 'Disconnect' }).click()],
  ['practice-connection', 'admin', `${org}/connections/con-1`],
  ['practice-connection-attention', 'admin', `${org}/connections/con-2`],
  ['practice-apps', 'admin', `${org}/apps`],
  ['practice-filters', 'admin', `${org}/apps/grant-1`],
  ['practice-app-allow', 'admin', `${org}/apps/grant-1/allow`],
  ['practice-app-new', 'admin', `${org}/apps/new?connection=con-1`],
  ['practice-app-new-allow', 'admin', `${org}/apps/new?connection=con-1`, (page) => toAllow(page)],
  ['practice-app-new-filters', 'admin', `${org}/apps/new?connection=con-1`, (page) => toFilters(page)],
  ['practice-app-first', 'admin', `${org}/apps/new?connection=con-1`, async (page) => {
    await toFilters(page);
    await page.getByRole('radio', { name: /All locations arrive/ }).check();
    await page.getByRole('textbox', { name: 'Location in DermEngine', exact: true }).click();
    await page.getByRole('option', { name: 'Bundaberg' }).click();
    for (const name of ['Everyone, new ones included', 'All of them, new ones included']) await page.getByRole('radio', { name: new RegExp(name) }).check();
    await page.getByRole('button', { name: /^Share with / }).click();
    await page.getByText(/first patient/).first().waitFor();
  }],
  ['practice-patients', 'admin', `${org}/patients`],
  ['practice-patients-failed', 'admin', `${org}/patients`, (page) => page.getByRole('alert').first().waitFor(), { 'mock-fail': '/patients' }],
  ['practice-patients-loading', 'admin', `${org}/patients`, (page) => page.waitForTimeout(500), { 'mock-slow': '3000' }],
  ['practice-patient', 'admin', `${org}/patients/pat-00001`],
  ['practice-activity', 'admin', `${org}/activity`],
  ['practice-settings', 'admin', `${org}/settings`],
  ['practice-invite', 'admin', `${org}/settings`, (page) => page.getByRole('button', { name: 'Invite somebody' }).click()],
  ['practice-name', 'admin', `${org}/settings/practice`],
  ['practice-key-made', 'admin', `${org}/connections/con-1`, async (page) => {
    await page.getByRole('button', { name: 'Make a key' }).click();
    await page.getByLabel('Name', { exact: true }).fill('SUNRISE-SRV');
    await page.getByRole('button', { name: 'Make the key' }).click();
    await page.getByText('I have kept the key').waitFor();
  }],
  ['practice-audit', 'admin', `${org}/settings/audit`],
  ['practice-limited', 'limited', org],
  ['developer-overview', 'developer', '/developer'],
  ['developer-organizations', 'developer', '/developer/organizations'],
  ['developer-connections', 'developer', '/developer/connections'],
  ['developer-keys', 'developer', '/developer/keys'],
  ['developer-key', 'developer', '/developer/keys/app-1'],
  ['developer-key-made', 'developer', '/developer/keys/app-1', async (page) => {
    await page.getByRole('button', { name: 'Make a new secret' }).click();
    await page.getByRole('button', { name: 'Make new secret' }).click();
    await page.getByText('I have kept the secret').waitFor();
  }],
  ['developer-connection-new', 'developer', '/developer/connections/new'],
  ['developer-webhooks', 'developer', '/developer/webhooks'],
  ['developer-webhook', 'developer', '/developer/webhooks/hook-1'],
  ['developer-webhook-failing', 'developer', '/developer/webhooks/hook-2'],
  ['developer-delivery', 'developer', '/developer/webhooks/hook-2/deliveries/8997'],
  ['developer-usage', 'developer', '/developer/usage'],
  ['developer-explorer', 'developer', '/developer/explorer'],
  ['developer-sandbox', 'developer', '/developer/sandbox'],
  ['developer-logs', 'developer', '/developer/logs'],
  ['operator-overview', 'operator', '/operator'],
  ['operator-organizations', 'operator', '/operator/organizations'],
  ['operator-commands', 'operator', '/operator/commands'],
  ['operator-command', 'operator', '/operator/commands/cmd-1'],
  ['operator-quarantine', 'operator', '/operator/quarantine'],
  ['operator-logs', 'operator', '/operator/logs'],
  ['operator-backups', 'operator', '/operator/backups'],
  ['operator-users', 'operator', '/operator/users'],
  ['operator-audit', 'operator', '/operator/audit'],
];

const [out, only = ''] = process.argv.slice(2);
mkdirSync(out, { recursive: true });
const { server, url } = await serve();
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless=new', '--no-sandbox', '--disable-gpu'] });
let faults = 0;
for (const [width, height] of [[1280, 800], [390, 844]]) {
  for (const colorScheme of ['light', 'dark']) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme, locale: 'en-AU', timezoneId: 'Australia/Brisbane', reducedMotion: 'reduce', hasTouch: width < 500, isMobile: width < 500 });
    for (const [name, who, path, act, cookies = {}] of pages) {
      if (!name.includes(only)) continue;
      await context.clearCookies();
      await context.addCookies(Object.entries({ mock: who, ...cookies }).map(([key, value]) => ({ name: key, value, url })));
      const page = await context.newPage();
      const complaints = [];
      page.on('console', (m) => m.type() === 'error' && !/Failed to load resource/.test(m.text()) && complaints.push(m.text()));
      page.on('pageerror', (error) => complaints.push(String(error)));
      try {
        await page.goto(url + path, { waitUntil: cookies['mock-slow'] ? 'load' : 'networkidle' });
        await act?.(page);
        await page.waitForTimeout(150);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        if (wide > 1) complaints.push(`${wide} pixels wider than the window`);
        // Long lists draw only what is near the window.
        const tall = await page.evaluate(() => document.documentElement.scrollHeight);
        await page.screenshot({ path: `${out}/${name}-${width}-${colorScheme}.png`, fullPage: tall < 2500 && !(await page.getByRole('dialog').count()) });
      } catch (error) {
        complaints.push(String(error).split('\n')[0]);
      }
      for (const complaint of complaints) console.error(`${name} ${width} ${colorScheme}: ${complaint}`);
      faults += complaints.length;
      await page.close();
    }
    await context.close();
  }
}
await browser.close();
server.close();
console.log(`${out}: pictures of ${pages.filter(([name]) => name.includes(only)).length} pages, ${faults} complaints`);
process.exitCode = faults > 0 ? 1 : 0;
