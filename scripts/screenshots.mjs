// SPDX-License-Identifier: Apache-2.0
// Takes the pictures of scripts/screenshots: every page of the portal with made-up data, at desk and
// phone width, light and dark. Fails where a page writes an error to the console, breaks the content
// security policy, or is wider than its window.
import { createRequire } from 'node:module';
import { mkdirSync } from 'node:fs';

import { serve } from '../web/portal/tools/mock-serve.mjs';

const require = createRequire(new URL('../tests/js/package.json', import.meta.url));
const { chromium } = require('playwright-core');

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
  ['practice-connection', 'admin', `${org}/connections/con-1`],
  ['practice-connection-attention', 'admin', `${org}/connections/con-2`],
  ['practice-apps', 'admin', `${org}/apps`],
  ['practice-filters', 'admin', `${org}/apps/grant-1`],
  ['practice-patients', 'admin', `${org}/patients`],
  ['practice-patients-failed', 'admin', `${org}/patients`, undefined, { 'mock-fail': '/patients' }],
  ['practice-patients-loading', 'admin', `${org}/patients`, (page) => page.waitForTimeout(500), { 'mock-slow': '3000' }],
  ['practice-patient', 'admin', `${org}/patients/pat-00001`],
  ['practice-activity', 'admin', `${org}/activity`],
  ['practice-settings', 'admin', `${org}/settings`],
  ['practice-limited', 'limited', org],
  ['developer-overview', 'developer', '/developer'],
  ['developer-organizations', 'developer', '/developer/organizations'],
  ['developer-connections', 'developer', '/developer/connections'],
  ['developer-keys', 'developer', '/developer/keys'],
  ['developer-webhooks', 'developer', '/developer/webhooks'],
  ['developer-explorer', 'developer', '/developer/explorer'],
  ['developer-sandbox', 'developer', '/developer/sandbox'],
  ['developer-logs', 'developer', '/developer/logs'],
  ['operator-overview', 'operator', '/operator'],
  ['operator-organizations', 'operator', '/operator/organizations'],
  ['operator-commands', 'operator', '/operator/commands'],
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
        await page.screenshot({ path: `${out}/${name}-${width}-${colorScheme}.png`, fullPage: tall < 2500 });
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
