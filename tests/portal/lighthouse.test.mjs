// SPDX-License-Identifier: Apache-2.0
// Lighthouse's figures of the five main pages, and how much script the first page loads.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { skip } from './lib/portal.mjs';
import { tell } from './lib/story.mjs';
import { firstLoadBytes, measure, MOST_SCRIPT_BYTES, shortfalls } from './lighthouse.mjs';

test('the first page loads at most 250 KB of script', { skip }, () => {
  const bytes = firstLoadBytes();
  assert.ok(bytes > 10_000 && bytes <= MOST_SCRIPT_BYTES, `${bytes} bytes`);
});

test('performance, accessibility and best practices are at least 95', { skip, timeout: 600_000 }, async () => {
  const world = await tell();
  try {
    assert.deepEqual(shortfalls(await measure(world)), []);
  } finally {
    await world.stop();
  }
});
