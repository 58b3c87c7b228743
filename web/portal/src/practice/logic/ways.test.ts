// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';

import type { Connection, Vendor, VendorWay } from '../../api/types';
import { codeProblem, firstWay, hasWays, linkState, narrowed, pairs, readPasted, requestDays, requestsSentence, stages, tidyCode, wayOf, waysOf } from './ways';

const vendor: Vendor = {
  id: 'best_practice', name: 'Best Practice', region: 'AU', standing: 'draft',
  settings: [
    { key: 'transport', help: '', required: false, secret: false, default: 'odbc' },
    { key: 'server', help: '', required: false, secret: false, advanced: false, way: 'odbc' },
    { key: 'halo_site_id', help: '', required: false, secret: false, advanced: false, way: 'halo', binds: true },
    { key: 'halo_pairing_code', help: '', required: false, secret: true, advanced: false, way: 'halo', once: true },
    { key: 'pace', help: '', required: false, secret: false, advanced: true },
  ],
  guide: { before: ['Ten minutes'], steps: [{ title: 'All', text: '' }, { title: 'Halo', text: '', way: 'halo' }, { title: 'Direct', text: '', way: 'odbc' }] },
  ways: {
    setting: 'transport',
    choices: [
      { value: 'odbc', label: 'Directly', text: '', available: true },
      { value: 'halo', label: 'Halo Connect', text: '', before: ['A code'], available: true },
    ],
  },
};
const [odbc, halo] = vendor.ways!.choices as [VendorWay, VendorWay];

describe('a way of connecting', () => {
  it('of a connection is what its settings say, else what they stood for before', () => {
    expect(wayOf(vendor, {})?.value).toBe('odbc');
    expect(wayOf(vendor, { transport: 'halo' })?.value).toBe('halo');
    expect(wayOf({ ...vendor, ways: undefined }, {})).toBeNull();
  });
  it('that begins with a code is offered first', () => {
    expect(waysOf(vendor).map((w) => w.value)).toEqual(['halo', 'odbc']);
    expect(firstWay(vendor, {})?.value).toBe('halo');
  });
  it('that does not work here is offered last, and never chosen by itself', () => {
    const off: Vendor = { ...vendor, ways: { setting: 'transport', choices: [{ ...halo, available: false }, odbc] } };
    expect(waysOf(off).map((w) => w.value)).toEqual(['odbc', 'halo']);
    expect(firstWay(off, {})?.value).toBe('odbc');
    expect(firstWay(off, { transport: 'halo' })?.value).toBe('odbc');
    expect(hasWays(off)).toBe(false);
    expect(hasWays(vendor)).toBe(true);
  });
  it('asks only what is its own or everybody’s', () => {
    const asked = narrowed(vendor, halo);
    expect(asked.settings.map((s) => s.key)).toEqual(['halo_site_id', 'halo_pairing_code', 'pace']);
    expect(asked.settings.filter((s) => s.required).map((s) => s.key)).toEqual(['halo_site_id', 'halo_pairing_code']);
    expect(asked.guide.steps.map((s) => s.title)).toEqual(['All', 'Halo']);
    expect(asked.guide.before).toEqual(['Ten minutes', 'A code']);
    expect(narrowed(vendor, odbc).settings.map((s) => s.key)).toEqual(['server', 'pace']);
  });
  it('pairs where something is used up', () => {
    expect(pairs(vendor, halo)).toBe(true);
    expect(pairs(vendor, odbc)).toBe(false);
  });
});

describe('a pairing code', () => {
  it('is what was meant, however it is typed', () => {
    expect(tidyCode(' ab3-9kx ')).toBe('AB39KX');
    expect(tidyCode('AB3 9KX 7')).toBe('AB39KX');
  });
  it('is asked for in words', () => {
    expect(codeProblem('')).toMatch(/pairing code/);
    expect(codeProblem('AB3')).toMatch(/this has 3/);
    expect(codeProblem('AB39KX')).toBeNull();
  });
  it('is found in the window’s text, with the Site ID', () => {
    expect(readPasted('Site ID: 4711\nPairing Code: ab3-9kx')).toEqual({ site: '4711', code: 'AB39KX' });
    expect(readPasted('AB39KX')).toEqual({});
  });
});

describe('how far a new connection is', () => {
  it('goes from the link to the reading', () => {
    const of = (state: Connection['state'], last: string | null) => stages({ state, last_success_at: last }).map((s) => s.state);
    expect(of('connecting', null)).toEqual(['done', 'running', 'waiting']);
    expect(of('connecting', 'now')).toEqual(['done', 'done', 'running']);
    expect(of('active', 'now')).toEqual(['done', 'done', 'done']);
    expect(of('attention', null)).toEqual(['done', 'failed', 'waiting']);
  });
  it('is linked until somebody chose what apps see, then configured', () => {
    expect(linkState({ state: 'active', next_step: 'Choose what is shared with which app.' })).toEqual({ word: 'Linked', cause: 'choose what is shared with which app', tone: 'waiting' });
    expect(linkState({ state: 'active' }).word).toBe('Configured');
    expect(linkState({ state: 'attention', cause: 'The server is off.' }).cause).toBe('The server is off.');
  });
});

describe('requests that somebody pays for', () => {
  const requests = { today: { query: 1 }, last_7_days: [{ day: '2026-11-20', word: 'query', count: 900 }, { day: '2026-11-20', word: 'registration', count: 2 }, { day: '2026-11-22', word: 'query', count: 1 }], total_7_days: 903 };
  it('are told in a sentence', () => {
    expect(requestsSentence(requests, 'en-AU')).toBe('1 query today, 903 in the last 7 days.');
    expect(requestsSentence({ ...requests, today: {} }, 'en-AU')).toBe('No query today, 903 in the last 7 days.');
    expect(requestsSentence({ ...requests, today: { query: 1200 } }, 'en-AU')).toMatch(/^1,200 queries today/);
  });
  it('are counted by day, with the days on which there were none', () => {
    expect(requestDays(requests, '2026-11-22').map((d) => d.count)).toEqual([0, 0, 0, 0, 902, 0, 1]);
  });
});
