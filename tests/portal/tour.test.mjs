// SPDX-License-Identifier: Apache-2.0
// `pons demo`: its one address signs in and shows the practice beside the app; a visit started at the
// left is at the right, and the tour says so. Nobody else may frame either, nor the portal.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { skip as missing, until, violations, World } from './lib/portal.mjs';
import { root } from '../js/lib/system.mjs';

const example = join(root, 'examples/patient-list');
const skip = missing || (existsSync(join(example, 'dist/main.js')) ? false : 'the example app is not built');
const world = new World();
after(() => world.stop());

test('the tour: signed in, a visit started, the patient arrived', { skip, timeout: 180_000 }, async () => {
  const demo = await world.run('pons', ['demo', '--port', '0', '--example', example]);
  const address = demo[''];
  world.url = new URL(address).origin;
  let shown = [];
  for (const [kind, settings] of [['desk', {}], ['phone', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }]]) {
    const page = await world.open(address, { elsewhere: true, ...settings });
    await page.getByRole('heading', { name: 'See it work' }).waitFor();
    const scene = new URLSearchParams(new URL(page.url()).hash.slice(1));
    shown = [scene.get('practice'), scene.get('app'), `${world.url}/portal/`];
    const practice = page.frameLocator('iframe').first();
    await practice.getByText('Live', { exact: true }).waitFor();
    assert.deepEqual(await violations(page), [], kind);
    if (kind === 'desk') {
      await page.frameLocator('iframe').nth(1).getByText('Live', { exact: true }).waitFor();
      // Which appointments are shared is said above; one of today's is a skin check.
      const card = practice.locator('button.card[data-status="booked"], button.card[data-status="arrived"]').filter({ hasText: /Skin/ }).first();
      await card.click();
      await practice.getByRole('button', { name: 'Start visit', exact: true }).click();
      await page.getByText('1 patient has come over since you opened this page.').waitFor({ timeout: 15_000 });
      await page.frameLocator('iframe').nth(1).getByRole('heading', { name: '1 patient has arrived today' }).waitFor();
      await page.getByRole('link', { name: 'See what travelled' }).click();
      await page.getByText('Shared', { exact: true }).first().waitFor();
    }
    assert.deepEqual(page.problems, []);
    await page.context().close();
  }
  // A page of somebody else frames all three: none is shown.
  const framed = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(shown.map((url) => `<iframe src="${url}"></iframe>`).join(''));
  });
  await new Promise((resolve) => framed.listen(0, '127.0.0.1', resolve));
  try {
    const page = await world.open(`http://127.0.0.1:${framed.address().port}/`, { elsewhere: true });
    await until('all three are refused', () => shown.every((url) => page.problems.some((problem) =>
      /frame-ancestors/.test(problem) && problem.includes(new URL(url).origin))), 10_000);
  } finally {
    framed.close();
  }
});
