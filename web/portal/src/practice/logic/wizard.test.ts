// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';

import type { Vendor } from '../../api/types';
import {
  changedSettings, dropDraft, emptyDraft, fingerprint, grouped, keepDraft, problemsOf, readDraft, requestOf, settingLabel,
  type Store, testSentence,
} from './wizard';

const vendor: Vendor = {
  id: 'best_practice', name: 'Best Practice', region: 'AU', standing: 'draft',
  settings: [
    { key: 'server', help: '', required: true, secret: false },
    { key: 'password', help: '', required: true, secret: true },
    { key: 'port', help: '', required: false, secret: false },
    { key: 'encryption', help: '', required: false, secret: false, choices: ['require', 'off'], default: 'require' },
  ],
  guide: { before: [], steps: [] },
};
const zones = ['Australia/Sydney', 'Australia/Perth'];

function memory(): Store & { kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (k) => kept.get(k) ?? null,
    setItem: (k, v) => void kept.set(k, v),
    removeItem: (k) => void kept.delete(k),
  };
}

describe('the draft', () => {
  const draft = { ...emptyDraft('Australia/Sydney'), vendor: 'best_practice', name: 'Harbour', step: 'settings' as const, settings: { server: 'BP', password: 'hunter2' } };

  it('survives a reload without its secrets', () => {
    const store = memory();
    keepDraft(store, 'o1', draft, vendor);
    expect([...store.kept.values()].join()).not.toContain('hunter2');
    expect(readDraft(store, 'o1', 'Australia/Perth')).toEqual({ ...draft, settings: { server: 'BP' } });
  });
  it('is a practice’s own, and is gone when dropped', () => {
    const store = memory();
    keepDraft(store, 'o1', draft, vendor);
    expect(readDraft(store, 'o2', 'Australia/Perth')).toEqual(emptyDraft('Australia/Perth'));
    dropDraft(store, 'o1');
    expect(readDraft(store, 'o1', 'Australia/Perth').vendor).toBe('');
  });
  it('that cannot be read is none', () => {
    const store = memory();
    for (const text of ['{', 'null', '{"step":"done","vendor":"x"}', '{"step":"settings"}', '{"settings":{"a":1}}']) {
      store.setItem('pons.connect.o1', text);
      const read = readDraft(store, 'o1', 'Australia/Perth');
      expect(read.step).toBe('choose');
      expect(read.settings).toEqual({});
    }
  });
  it('works where nothing can be kept', () => {
    const store = { ...memory(), setItem: () => { throw new Error('full'); } };
    expect(() => keepDraft(store, 'o1', draft, vendor)).not.toThrow();
  });
});

describe('what is asked', () => {
  it('is named where it is missing', () => {
    expect(problemsOf(vendor, emptyDraft('Australia/Sydney'), {}, zones)).toEqual({
      name: 'Write a name that your staff recognise.', server: 'Server is needed.', password: 'Password is needed.',
    });
  });
  it('is complete with a secret, a known zone and a known choice', () => {
    const draft = { name: 'H', timeZone: 'Australia/Perth', settings: { server: 'BP', encryption: 'off' } };
    expect(problemsOf(vendor, draft, { password: 'x' }, zones)).toEqual({});
    expect(Object.keys(problemsOf(vendor, { ...draft, timeZone: 'Mars/Base', settings: { server: 'BP', encryption: 'maybe' } }, { password: 'x' }, zones))).toEqual(['time_zone', 'encryption']);
  });
  it('does not take a secret from the plain settings', () => {
    expect(problemsOf(vendor, { name: 'H', timeZone: 'Australia/Perth', settings: { server: 'BP', password: 'x' } }, {}, zones)).toHaveProperty('password');
  });
  it('is what is required; the rest is folded away', () => {
    expect(grouped(vendor).asked.map((s) => s.key)).toEqual(['server', 'password']);
    expect(grouped(vendor).more.map((s) => s.key)).toEqual(['port', 'encryption']);
  });
  it('has a name for people', () => {
    expect(settingLabel({ key: 'visit_poll_interval_ms' })).toBe('Visit poll interval (milliseconds)');
    expect(settingLabel({ key: 'port' })).toBe('Port');
    expect(settingLabel({ key: 'x', label: 'Ours' })).toBe('Ours');
  });
});

describe('the request', () => {
  const draft = { ...emptyDraft('Australia/Perth'), vendor: 'best_practice', name: ' Harbour ', settings: { server: ' BP ', port: '', other: 'x', password: 'no' } };
  it('trims, leaves out what is empty or unknown, and keeps secrets apart and untrimmed', () => {
    expect(requestOf(vendor, draft, { password: ' p w ' })).toEqual({
      vendor: 'best_practice', name: 'Harbour', time_zone: 'Australia/Perth', settings: { server: 'BP' }, secrets: { password: ' p w ' },
    });
  });
  it('is another one to test when a setting, a secret or the zone changes, not when the name does', () => {
    const first = fingerprint(requestOf(vendor, draft, { password: 'a' }));
    expect(fingerprint(requestOf(vendor, { ...draft, name: 'Other' }, { password: 'a' }))).toBe(first);
    expect(fingerprint(requestOf(vendor, draft, { password: 'b' }))).not.toBe(first);
    expect(fingerprint(requestOf(vendor, { ...draft, settings: { server: 'X' } }, { password: 'a' }))).not.toBe(first);
    expect(fingerprint(requestOf(vendor, { ...draft, timeZone: 'Australia/Sydney' }, { password: 'a' }))).not.toBe(first);
  });
});

describe('a change of settings', () => {
  const before = { name: 'H', time_zone: 'Australia/Perth', settings: { server: 'BP', port: '1433' } };
  it('sends only what is different', () => {
    expect(changedSettings(before, { ...before, secrets: { password: '' } })).toEqual({});
    expect(changedSettings(before, { ...before, name: 'I', settings: { server: 'BP', port: '' }, secrets: { password: 'n' } })).toEqual({
      name: 'I', settings: { port: '' }, secrets: { password: 'n' },
    });
  });
});

describe('a test’s answer', () => {
  it('names the practice, says what is missing, and repeats the server’s next step', () => {
    expect(testSentence({ ok: true, practice_name: 'Harbour', missing_rights: [] }, 'Best Practice')).toBe('Connected to Harbour. Everything that is needed can be read.');
    expect(testSentence({ ok: true, missing_rights: ['a'] }, 'Best Practice')).toBe('Connected to the practice, but some rights are missing.');
    expect(testSentence({ ok: false, detail: 'Refused.', missing_rights: [] }, 'Best Practice')).toBe('Refused.');
    expect(testSentence({ ok: false, missing_rights: [] }, 'Best Practice')).toMatch(/^Best Practice did not accept/);
  });
});
