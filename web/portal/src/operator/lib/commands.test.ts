// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';

import { commandState, consequences, evidenceLines, historyLines, kindWords, type OperatorCommand, stateFilters, whatToLookFor } from './commands';

const at = '2026-11-22T00:00:00Z';
const command: OperatorCommand = {
  id: 'cmd-1', kind: 'book-appointment', state: 'needs-person', at, app: { id: 'a', name: 'Skin Viewer' }, connection: { id: 'c', name: 'Best Practice' },
  reference: 'ABCDEFGHJK', evidence: 'the diary holds two that look alike',
  history: [{ at, event: 'accepted', to: 'accepted' }, { at, event: 'lost-connection', from: 'sending', to: 'in-doubt', note: 'no answer in 10 s' }, { at, text: 'as the server words it' }],
};

describe('what a person is told before answering', () => {
  it('says where to look and for what', () => {
    expect(whatToLookFor(command)).toEqual(['Open Best Practice and look for the appointment.', 'It carries the reference ABCDEFGHJK, where that system keeps one.']);
  });
  it('warns of the double only where it would be sent again', () => {
    expect(consequences(command, false, false).join(' ')).toContain('a second time');
    expect(consequences(command, false, true).join(' ')).not.toContain('second time');
    expect(consequences(command, true, false).join(' ')).toContain('nothing is sent again');
  });
});

it('reads evidence as a sentence or as names and values', () => {
  expect(evidenceLines(command)).toEqual([{ label: 'What was found', value: 'The diary holds two that look alike' }]);
  expect(evidenceLines({ ...command, evidence: [{ label: 'a', value: 'b' }] })).toEqual([{ label: 'a', value: 'b' }]);
  expect(evidenceLines({ ...command, evidence: undefined })).toEqual([]);
});

it('tells the history in words', () => {
  expect(historyLines(command).map((h) => h.text)).toEqual([
    'The app asked for it; it was kept on disk: waiting to be sent', 'Lost connection: in doubt: being looked up (no answer in 10 s)', 'as the server words it',
  ]);
});

it('has words for every state it offers, and shows others as they came', () => {
  for (const { value } of stateFilters.slice(3)) expect(commandState(value).word).not.toBe(value);
  expect(commandState('resting').word).toBe('resting');
  expect(kindWords({ kind: 'fold-paper' })).toBe('fold paper');
});
