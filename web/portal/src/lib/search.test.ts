// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';

import { matches, search } from './search';

describe('search', () => {
  it('finds by the beginnings of words, in any order', () => {
    expect(matches('Dr Frederick Findacure', 'find fred')).toBe(true);
    expect(matches('Dr Frederick Findacure', 'cure')).toBe(false);
  });
  it('does not mind accents and case', () => {
    expect(matches('Zoë Nguyễn-O’Brien', 'zoe NGUYEN')).toBe(true);
    expect(matches('Zoë Nguyễn-O’Brien', "o'b")).toBe(false);
    expect(matches('Skin check (30 min)', '30')).toBe(true);
    expect(matches('a@b.example', 'a@b')).toBe(true);
  });
  it('keeps everything where nothing is asked', () => {
    expect(search([1, 2], ' ', String)).toEqual([1, 2]);
    expect(search(['aa', 'bb'], 'b', String)).toEqual(['bb']);
  });
});
