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

it('tells the history in words, whichever way a step is written', () => {
  const history = [{ at, event: 'accepted', to: 'accepted' }, { at, text: 'unclear: in-doubt (no answer in 10 s)' }, { at, text: 'send: sending' }, { at, text: 'as somebody words it' }, { at, event: 'new-kind' }];
  expect(historyLines({ ...command, history }).map((h) => h.text)).toEqual(['The app asked for it', 'No clear answer came: no answer in 10 s', 'Sent to the practice', 'as somebody words it', 'New kind']);
});

it('finds the reference among the evidence', () => {
  const lines = whatToLookFor({ ...command, reference: undefined, evidence: [{ label: 'Reference to look for', value: 'ZZTOPZZTOP' }] });
  expect(lines.join(' ')).toContain('ZZTOPZZTOP');
});

it('has words for every state it offers, and shows others as they came', () => {
  for (const { value } of stateFilters.slice(3)) expect(commandState(value).word).not.toBe(value);
  expect(commandState('resting').word).toBe('resting');
  expect(kindWords({ kind: 'fold-paper' })).toBe('fold paper');
});
