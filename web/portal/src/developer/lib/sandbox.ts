// SPDX-License-Identifier: Apache-2.0
// Faults that a sandbox practice can be told to have, in the words of what a developer will see.
import type { Tone } from '../../components/StateSentence';

export interface FaultKind {
  value: string;
  label: string;
  help: string;
  /** What a number with it means; none where it takes none. */
  amount?: { label: string; initial: number; most: number };
}

export const faultKinds: FaultKind[] = [
  { value: 'delay', label: 'Answers slowly', help: 'Each answer waits this long.', amount: { label: 'Milliseconds', initial: 2000, most: 60_000 } },
  { value: 'drop_before_effect', label: 'Goes dead before doing it', help: 'The line is cut and nothing was done: it is tried again.' },
  { value: 'drop_after_effect', label: 'Goes dead after doing it', help: 'It was done, but nobody heard so. Pons looks before it sends again.' },
  { value: 'error', label: 'Answers with an error', help: 'The system’s own error number.', amount: { label: 'Error number', initial: 1205, most: 99_999 } },
  { value: 'refuse_login', label: 'Refuses the password', help: 'The connection needs attention until the fault is cleared.' },
  { value: 'silent', label: 'Says nothing', help: 'The question is taken and never answered.' },
  { value: 'garbage', label: 'Answers nonsense', help: 'What comes back is no answer that the protocol knows.' },
];

export interface FaultWish {
  kind: string;
  amount: number;
  /** 0: until cleared. */
  times: number;
}

export function faultBody(wish: FaultWish): Record<string, unknown> {
  const kind = faultKinds.find((k) => k.value === wish.kind);
  return { action: 'fault', fault: wish.kind, times: wish.times, ...(kind?.amount ? { amount: Math.min(Math.max(0, Math.round(wish.amount)), kind.amount.most) } : {}) };
}

export function faultSentence(wish: FaultWish): string {
  const kind = faultKinds.find((k) => k.value === wish.kind);
  const often = wish.times === 0 ? 'Until you clear it' : wish.times === 1 ? 'The next time' : `The next ${wish.times} times`;
  return `${often}. ${kind?.help ?? ''}`.trim();
}

export function sandboxState(state: string): { tone: Tone; word: string } {
  switch (state) {
    case 'running':
    case 'active':
    case 'ready':
      return { tone: 'ok', word: 'Running' };
    case 'starting':
    case 'pending':
      return { tone: 'running', word: 'Starting' };
    case 'failed':
      return { tone: 'failed', word: 'Could not start' };
    case 'stopped':
      return { tone: 'off', word: 'Stopped' };
    default:
      return { tone: 'waiting', word: state };
  }
}
