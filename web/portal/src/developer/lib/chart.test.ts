// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';

import { type Box, linePath, lonely, milliseconds, ticks, totals, usageSentence, yOf } from './chart';

const box: Box = { width: 110, height: 60, left: 10, right: 0, top: 0, bottom: 10 };
const at = '2026-11-22T00:00:00Z';

describe('ticks', () => {
  it('are round, begin at 0, reach the top, and are few', () => {
    expect(ticks(0)).toEqual([0, 1]);
    expect(ticks(7)).toEqual([0, 2, 4, 6, 8]);
    expect(ticks(100)).toEqual([0, 25, 50, 75, 100]);
    expect(ticks(0.3)).toEqual([0, 0.1, 0.2, 0.3]);
    for (let most = 1; most < 5000; most = most * 1.7 + 1) {
      const all = ticks(most);
      expect(all[all.length - 1]).toBeGreaterThanOrEqual(most);
      expect(all.length).toBeLessThanOrEqual(6);
    }
  });
});

describe('linePath', () => {
  it('is broken where nothing was measured', () => {
    expect(linePath(box, [0, 10, null, 5], 10)).toBe('M10.0 50.0L43.3 0.0M110.0 25.0');
  });
  it('stands on the ground where all is 0', () => {
    expect(yOf(box, 0, 0)).toBe(50);
  });
  it('finds what a line would not show', () => {
    expect(lonely([1, null, 2, 3, undefined, 4])).toEqual([0, 5]);
  });
});

describe('usageSentence', () => {
  it('says that there was nothing', () => {
    expect(usageSentence([{ at, requests: 0, errors: 0 }], 14, 'en-AU')).toBe('Nothing was asked and nothing was sent in the last 14 days.');
  });
  it('counts, and never rounds a refusal away', () => {
    const points = [{ at, requests: 100_000, errors: 1, p50_ms: 3.21, p99_ms: 40 }, { at, requests: 0, errors: 0, p50_ms: 0, p99_ms: 0 }];
    expect(usageSentence(points, 1, 'en-AU')).toBe('100,000 requests in the last day; 1 was refused (0.1 %). Half of them were answered within 3.2 ms.');
    expect(totals(points)).toEqual({ requests: 100_000, errors: 1, deliveries: 0, typicalMs: 3.21, slowestMs: 40 });
  });
});

it('writes milliseconds as people do', () => {
  expect(['3.24', '320', '1234', '75000'].map((n) => milliseconds(Number(n), 'en-AU'))).toEqual(['3.2 ms', '320 ms', '1.2 s', '75 s']);
});
