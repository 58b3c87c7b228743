// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';

import { faultBody, faultKinds, faultSentence, sandboxState } from './sandbox';

it('sends a number only with a fault that takes one, and within its bounds', () => {
  expect(faultBody({ kind: 'delay', amount: 1e9, times: 0 })).toEqual({ action: 'fault', fault: 'delay', times: 0, amount: 60_000 });
  expect(faultBody({ kind: 'silent', amount: 5, times: 1 })).toEqual({ action: 'fault', fault: 'silent', times: 1 });
});

it('says how often and what it is', () => {
  expect(faultSentence({ kind: 'silent', amount: 0, times: 1 })).toBe('The next time. The question is taken and never answered.');
  expect(faultSentence({ kind: 'silent', amount: 0, times: 0 })).toMatch(/^Until you clear it/);
  for (const kind of faultKinds) expect(kind.help).not.toBe('');
});

it('shows a state that it does not know as it came', () => {
  expect(sandboxState('resting')).toEqual({ tone: 'waiting', word: 'resting' });
});
