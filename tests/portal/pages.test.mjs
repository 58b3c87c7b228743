// SPDX-License-Identifier: Apache-2.0
// Every page, of everybody who has one: no violation by axe in light and dark, nothing too wide on a
// phone, no error and nothing loaded from elsewhere. With PONS_SCREENSHOTS=DIR the pages are kept as
// pictures on the way.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { settled, skip, tooWide, violations } from './lib/portal.mjs';
import { pagesOf, tell } from './lib/story.mjs';

const options = { skip, timeout: 600_000 };
const pictures = process.env.PONS_SCREENSHOTS;
let world;
let pages;

before(async () => {
  if (skip) return;
  world = await tell();
  pages = await pagesOf(world);
  if (pictures) mkdirSync(pictures, { recursive: true });
});
after(() => world?.stop());

const kinds = [
  ['desk-light', { viewport: { width: 1280, height: 800 }, colorScheme: 'light' }],
  ['desk-dark', { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }],
  ['phone-light', { viewport: { width: 390, height: 844 }, colorScheme: 'light', hasTouch: true, isMobile: true }],
  ['phone-dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark', hasTouch: true, isMobile: true }],
];
for (const [kind, settings] of kinds) {
  test(`every page passes axe and fits: ${kind}`, options, async () => {
    const bad = [];
    const open = new Map();
    for (const { name, path, person } of pages) {
      let page = open.get(person);
      if (page) await page.goto(world.url + path);
      else open.set(person, page = await world.open(path, { person, ...settings }));
      try {
        await settled(page);
      } catch (error) {
        bad.push(`${name}: ${error.message.split('\n')[0]}`);
        continue;
      }
      for (const violation of await violations(page)) bad.push(`${name}: ${violation}`);
      const over = await tooWide(page);
      if (over > 0) bad.push(`${name}: ${over} px too wide`);
      const title = await page.title();
      if (!/Pons/.test(title)) bad.push(`${name}: its title is “${title}”`);
      if (pictures) await page.screenshot({ path: join(pictures, `${name}-${kind}.png`), fullPage: kind.startsWith('phone') });
      for (const problem of page.problems.splice(0)) bad.push(`${name}: ${problem}`);
    }
    for (const page of open.values()) await page.context().close();
    assert.deepEqual(bad, []);
  });
}

test('the keyboard reaches everything: skip link, navigation, search', options, async () => {
  const page = await world.open(`/portal/o/${world.org}/patients`, { person: world.mara });
  await settled(page);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the page');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.id === 'main' || location.hash === '#main');
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'INPUT');
  await page.context().close();
});
