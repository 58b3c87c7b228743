// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';

import type { Grant } from '../../api/types';
import { folded, listed, matches } from './text';
import {
  clockSentence, connectionSentence, connectionsSentence, emailProblem, firstReading, firstSentence, grantSentence, identifierLabel, outcomeCause, outcomeWord,
  standardSwitches, switchChanges, SWITCHES, withVendorWord,
} from './words';

const grant: Grant = {
  id: 'g', app: { id: 'a', name: 'A' }, connection: { id: 'c', name: 'C' }, revoked: false, mode: 'on_visit',
  switches: { patients_in: true }, locations: [{ id: '1', app_location: 'x' }], all_locations_to: null,
  practitioners: { kind: 'these', ids: ['1', '2'] }, services: { kind: 'all', ids: [] },
};

describe('search', () => {
  it('forgives case, accents and apostrophes, and takes words in any order', () => {
    expect(folded('Zoë O’Neill')).toBe('zoe oneill');
    expect(matches('Dr Zoë O’Neill', 'oneill zo')).toBe(true);
    expect(matches('Dr Zoë O’Neill', 'oneill max')).toBe(false);
    expect(matches('anything', '  ')).toBe(true);
  });
  it('lists words', () => {
    expect(listed([])).toBe('');
    expect(listed(['a'])).toBe('a');
    expect(listed(['a', 'b', 'c'])).toBe('a, b and c');
  });
});

describe('switches', () => {
  it('only patients in is on at first', () => {
    expect(Object.entries(standardSwitches()).filter(([, on]) => on).map(([name]) => name)).toEqual(['patients_in']);
  });
  it('patients out says why it is off', () => {
    expect(SWITCHES.find((s) => s.name === 'patients_out')?.caution).toMatch(/duplicates/);
  });
  it('tell their changes', () => {
    expect(switchChanges(grant, grant)).toEqual([]);
    expect(switchChanges(grant, { switches: { patients_in: true, take_bookings: true }, mode: 'all' })).toEqual(['“Take bookings” on', 'all patients at once']);
  });
});

describe('an app in one line', () => {
  it('says of whom', () => {
    expect(grantSentence(grant)).toBe('Patients whose visit starts: 1 location and 2 practitioners');
    expect(grantSentence({ ...grant, mode: 'all', all_locations_to: 'x', practitioners: { kind: 'all', ids: [] } })).toBe('All patients, everywhere');
    expect(grantSentence({ ...grant, switches: {} })).toBe('No patients are shared');
    expect(grantSentence({ ...grant, revoked: true })).toBe('Stopped');
  });
});

describe('connections', () => {
  it('the server’s cause comes first', () => {
    expect(connectionSentence({ state: 'attention', cause: 'Password refused.' })).toBe('Password refused.');
    expect(connectionSentence({ state: 'active', practice_name: 'Harbour' })).toMatch(/^Reading from Harbour/);
  });
  it('the list says how many need somebody', () => {
    expect(connectionsSentence([{ state: 'active' }])).toBe('It works.');
    expect(connectionsSentence([{ state: 'active' }, { state: 'active' }])).toBe('All 2 connections work.');
    expect(connectionsSentence([{ state: 'active' }, { state: 'attention' }, { state: 'paused' }])).toBe('Of 3 connections, 1 needs attention and 1 is paused or disconnected.');
  });
  it('setting up is told until all of it is done', () => {
    const done = { text: 'a', state: 'done' as const };
    expect(firstReading({ progress: [done, { text: 'b', state: 'running' }] })).toEqual({ done: 1, total: 2 });
    expect(firstReading({ progress: [done] })).toBeNull();
    expect(firstReading({ progress: [] })).toBeNull();
  });
  it('a clock is told where it is more than a minute off', () => {
    expect(clockSentence(60_000)).toBeNull();
    expect(clockSentence(undefined)).toBeNull();
    expect(clockSentence(-180_000)).toMatch(/3 minutes behind/);
    expect(clockSentence(7_200_000)).toMatch(/2 hours ahead/);
  });
  it('uses the vendor’s word in brackets where it differs', () => {
    const words = { practitioner_word: 'Provider', service_word: 'Appointment type' };
    expect(withVendorWord(words, 'practitioner')).toBe('practitioners (providers in your system)');
    expect(withVendorWord(words, 'service')).toBe('appointment types');
    expect(withVendorWord(undefined, 'practitioner')).toBe('practitioners');
  });
});

describe('a cause in a list', () => {
  it('is its first sentence, without the stop', () => {
    expect(firstSentence('The password was refused. Type it again.')).toBe('The password was refused');
    expect(firstSentence('Server 10.0.0.5 is off.')).toBe('Server 10.0.0.5 is off');
    expect(firstSentence('Dr A. Smith left. Choose again.')).toBe('Dr A. Smith left');
    expect(firstSentence(undefined)).toBe('');
  });
});

describe('outcomes', () => {
  it('of commands are words, however the state is written', () => {
    expect(outcomeWord('in-doubt').word).toBe('Being checked');
    expect(outcomeWord('needs-person')).toEqual({ word: 'A person must look', tone: 'attention' });
  });
  it('say for each app what became of a visit', () => {
    expect(outcomeCause('shared', 'DermEngine: shared; Other: location is not mapped')).toBe('with DermEngine. Other: the location has no place in the app');
    expect(outcomeCause('not_shared', 'Other: location is not mapped')).toBe('Other: the location has no place in the app');
    expect(outcomeCause('not_shared', 'no app was given anything here')).toBe('No app was given anything here');
    expect(outcomeCause('rejected', 'Dr Smith is away; choose another time')).toBe('Dr Smith is away; choose another time');
    expect(outcomeCause('shared', undefined)).toBeUndefined();
  });
  it('that nobody knows are shown as they came', () => expect(outcomeWord('strange_thing').word).toBe('Strange thing'));
});

describe('patients and people', () => {
  it('identifiers are called as the practice calls them', () => {
    expect(identifierLabel('http://ns.electronichealth.net.au/id/medicare-number')).toBe('Medicare number');
    expect(identifierLabel('http://ns.electronichealth.net.au/id/hi/ihi/1.0')).toBe('IHI');
    expect(identifierLabel('urn:oid:1.2.3')).toBe('Number in your system');
  });
  it('an address without @ is none', () => {
    expect(emailProblem('')).toMatch(/Write/);
    expect(emailProblem('jo')).toMatch(/name@/);
    expect(emailProblem(' jo@harbour.com.au ')).toBeNull();
  });
});
