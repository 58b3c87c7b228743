// SPDX-License-Identifier: Apache-2.0
// Pictures of every page at 1280 × 800 and 390 × 844, light and dark, of a real server with a
// made-up practice, into build/screenshots-real
// (or the folder named first).
//
//   node tests/portal/screenshots.mjs [FOLDER] [part of a page's name]

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { settled, skip } from './lib/portal.mjs';
import { pagesOf, tell } from './lib/story.mjs';
import { root } from '../js/lib/system.mjs';

if (skip) {
  console.error(`screenshots: ${skip}`);
  process.exit(1);
}
const folder = process.argv[2] ?? join(root, 'build/screenshots-real');
const wanted = process.argv[3] ?? '';
mkdirSync(folder, { recursive: true });
const world = await tell();
try {
  const pages = (await pagesOf(world)).filter(({ name }) => name.includes(wanted));
  for (const [kind, settings] of [
    ['desk', { viewport: { width: 1280, height: 800 } }],
    ['phone', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }]]) {
    for (const colorScheme of ['light', 'dark']) {
      for (const { name, path, person } of pages) {
        const page = await world.open(path, { person, colorScheme, ...settings });
        await settled(page).catch((error) => console.error(`${name}: ${error.message.split('\n')[0]}`));
        await page.screenshot({ path: join(folder, `${name}-${kind}-${colorScheme}.png`), fullPage: kind === 'phone' });
        for (const problem of page.problems) console.error(`${name}: ${problem}`);
        await page.context().close();
      }
    }
  }
  console.log(folder);
} finally {
  await world.stop();
}
