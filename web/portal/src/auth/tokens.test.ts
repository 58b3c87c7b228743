// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';

import { safeNext } from './tokens';

describe('safeNext', () => {
  it('goes back to a page of the portal', () => {
    expect(safeNext('/o/42/apps?q=x')).toBe('/o/42/apps?q=x');
  });
  it('goes nowhere else', () => {
    for (const bad of [null, '', 'https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '/\t/evil.example']) {
      expect(safeNext(bad)).toBe('/');
    }
  });
  it('does not go round in circles', () => {
    expect(safeNext('/sign-in?next=/sign-in')).toBe('/');
    expect(safeNext('/enrol')).toBe('/');
  });
});
