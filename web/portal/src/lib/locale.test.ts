// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';

import { count, formatBytes, formatDate, formatInstant, formatPhone, relative, spell, toLocale } from './locale';

describe('locale', () => {
  it('spells as the person does', () => {
    expect(spell('Organizations of this organization', 'en-AU')).toBe('Organisations of this organisation');
    expect(spell('Not authorized: canceled', 'en-AU')).toBe('Not authorised: cancelled');
    expect(spell('Organizations', 'en-US')).toBe('Organizations');
  });
  it('knows two locales and falls to Australia', () => {
    expect(toLocale('en-US')).toBe('en-US');
    expect(toLocale('en-us-x')).toBe('en-US');
    expect(toLocale('de-DE')).toBe('en-AU');
  });
  it('writes dates as the locale does, whatever the zone of the machine', () => {
    expect(formatDate('1980-02-29', 'en-AU')).toBe('29 Feb 1980');
    expect(formatDate('1980-02-29', 'en-US')).toBe('Feb 29, 1980');
    expect(formatDate('1980', 'en-AU')).toBe('1980');
    expect(formatDate(undefined, 'en-AU')).toBe('');
  });
  it('names the zone of an instant', () => {
    expect(formatInstant('2026-11-21T22:41:07Z', 'en-AU', 'Australia/Sydney')).toMatch(/22 Nov 2026.*9:41:07.*AEDT/);
    expect(formatInstant('2026-11-21T22:41:07Z', 'en-AU', 'No/Where')).toContain('2026');
  });
  it('writes phones as the country does and leaves the rest alone', () => {
    expect(formatPhone('0412345678', 'en-AU')).toBe('0412 345 678');
    expect(formatPhone('+61 2 9876 5432', 'en-US')).toBe('(02) 9876 5432');
    expect(formatPhone('+12125550123', 'en-AU')).toBe('(212) 555-0123');
    expect(formatPhone('2125550123', 'en-US')).toBe('(212) 555-0123');
    expect(formatPhone('ext. 12', 'en-AU')).toBe('ext. 12');
  });
  it('counts', () => {
    expect(count(1, 'patient')).toBe('1 patient');
    expect(count(1200, 'patient')).toBe('1,200 patients');
    expect(count(2, 'person', 'en-AU', 'people')).toBe('2 people');
    expect(formatBytes(1536000, 'en-AU')).toBe('1.5 MB');
    expect(formatBytes(12, 'en-AU')).toBe('12 bytes');
  });
  it('says how long ago', () => {
    const now = Date.parse('2026-11-22T00:00:00Z');
    expect(relative('2026-11-21T23:59:59.500Z', now, 'en-AU')).toBe('just now');
    expect(relative('2026-11-21T23:59:56Z', now, 'en-AU')).toBe('4 seconds ago');
    expect(relative('2026-11-21T22:00:00Z', now, 'en-AU')).toBe('2 hours ago');
    expect(relative('2026-11-22T00:05:00Z', now, 'en-AU')).toBe('in 5 minutes');
  });
});
