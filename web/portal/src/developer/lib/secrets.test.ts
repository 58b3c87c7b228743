// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';

import { isCurrent, overlapSentence, secretName, secretsSentence, secretState } from './secrets';

const now = Date.parse('2026-11-22T12:00:00Z');
const made = '2026-11-01T00:00:00Z';

it('tells valid from ending from ended', () => {
  expect(secretState({ n: 1, created_at: made }, now).word).toBe('Valid');
  expect(secretState({ n: 1, created_at: made, expires_at: '2026-11-23T12:00:00Z' }, now)).toMatchObject({ tone: 'attention', word: 'Ends' });
  expect(secretState({ n: 1, created_at: made, expires_at: '2026-11-22T12:00:00Z' }, now).word).toBe('Ended');
});

it('says when an app is locked out', () => {
  expect(secretsSentence([{ n: 1, created_at: made, expires_at: '2026-11-22T11:00:00Z' }], now, 'en-AU')).toContain('cannot get a token');
  expect(secretsSentence([{ n: 1, created_at: made }], now, 'en-AU')).toBe('One secret is valid.');
});

it('says what an overlap means', () => {
  expect(overlapSentence(0, 'en-AU')).toContain('refused from this moment');
  expect(overlapSentence(24, 'en-AU')).toContain('24 hours');
  expect(overlapSentence(168, 'en-AU')).toContain('7 days');
});

it('tells the current one from a former one', () => {
  const all = [{ n: 0, created_at: made, expires_at: null }, { n: 7, created_at: made, expires_at: '2026-11-23T12:00:00Z' }];
  expect(all.map((s) => secretName(s, all))).toEqual(['Current', 'Former']);
  expect(isCurrent(all[1]!, all)).toBe(false);
});
