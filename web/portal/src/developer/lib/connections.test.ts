// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';

import type { ConnectionState, Vendor } from '../../api/types';
import { connectionsSentence, inOrder, labelOf, missing, split, testSentence } from './connections';

const rows = (...states: ConnectionState[]) => states.map((state) => ({ state }));
const vendor: Vendor = {
  id: 'bp', name: 'Best Practice', region: 'AU', standing: 'documented', guide: { before: [], steps: [] },
  settings: [
    { key: 'server', help: '', required: true, secret: false },
    { key: 'port', help: '', required: true, secret: false, default: '1433' },
    { key: 'password', help: '', required: true, secret: true },
  ],
};

describe('connectionsSentence', () => {
  it('says how many work and how many do not', () => {
    expect(connectionsSentence([], 'en-AU')).toBe('Nothing is connected yet.');
    expect(connectionsSentence(rows('active', 'active', 'connecting', 'attention'), 'en-AU')).toBe('2 connections are active, 1 on the way. 1 needs attention.');
    expect(connectionsSentence(rows('attention', 'revoked'), 'en-AU')).toBe('1 connection needs attention.');
  });
});

it('puts what is wrong first', () => {
  const all = (['active', 'revoked', 'attention'] as const).map((state) => ({ connection: { state, name: state } }));
  expect(inOrder(all).map((r) => r.connection.name)).toEqual(['attention', 'active', 'revoked']);
});

describe('the form', () => {
  it('names what is missing; a default is an answer', () => {
    expect(missing(vendor, '', {})).toEqual({ organization: 'Choose whose connection this is.', server: 'Fill in Server.', password: 'Fill in Password.' });
    expect(missing(vendor, 'o', { server: 'h', password: 'p' })).toEqual({});
  });
  it('keeps secrets apart and leaves their blanks alone', () => {
    expect(split(vendor, { server: ' h ', password: ' p ' })).toEqual({ settings: { server: 'h', port: '1433' }, secrets: { password: ' p ' } });
  });
  it('makes words of a key', () => {
    expect(labelOf({ key: 'database_name' })).toBe('Database name');
  });
});

it('tells what a test found', () => {
  expect(testSentence({ ok: true, practice_name: 'Harbour', vendor_version: '1.12', missing_rights: ['BP_GetPatient'] })).toBe('It is Harbour, version 1.12. The user still lacks: BP_GetPatient.');
  expect(testSentence({ ok: false, missing_rights: [], detail: 'Best Practice refused the password.' })).toBe('Best Practice refused the password.');
});
