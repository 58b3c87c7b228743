// SPDX-License-Identifier: Apache-2.0
// Commands in words: what an app asked, how it stands, what speaks for which answer, and what follows
// when a person says that it happened or that it did not.
import type { CommandDetail, Id, Instant } from '../../api/types';
import type { Tone } from '../../components/StateSentence';

export interface OperatorCommand extends Omit<CommandDetail, 'history' | 'evidence'> {
  kind_words?: string;
  state_words?: string;
  reference?: string;
  organization?: { id: Id; name: string };
  first_sent?: Instant | null;
  last_sent?: Instant | null;
  deadline?: Instant | null;
  next_try?: Instant | null;
  target?: string;
  history?: { at: Instant; text?: string; event?: string; from?: string; to?: string; note?: string }[];
  evidence?: string | { label: string; value: string }[];
  alternatives?: string[];
}

const kinds: Record<string, string> = {
  'create-patient': 'create a patient',
  'update-patient': 'change a patient',
  'book-appointment': 'book an appointment',
  'move-appointment': 'move an appointment',
  'cancel-appointment': 'cancel an appointment',
  'set-appointment-status': 'mark an appointment',
  'attach-document': 'put a document into a record',
};

export function kindWords(command: { kind: string; kind_words?: string }): string {
  return command.kind_words ?? kinds[command.kind] ?? command.kind.replaceAll('-', ' ');
}

export function sentence(text: string): string {
  return text === '' ? '' : text.charAt(0).toUpperCase() + text.slice(1);
}

const states: Record<string, [Tone, string]> = {
  accepted: ['waiting', 'Waiting to be sent'],
  sending: ['running', 'Being sent'],
  'in-doubt': ['running', 'In doubt: being looked up'],
  applied: ['running', 'Done, being read back'],
  'needs-person': ['attention', 'Needs a person'],
  confirmed: ['ok', 'Confirmed'],
  rejected: ['off', 'Refused by the practice'],
  failed: ['failed', 'Failed'],
  expired: ['off', 'Not sent in time'],
  cancelled: ['off', 'Withdrawn'],
};

export function commandState(state: string): { tone: Tone; word: string } {
  const [tone, word] = states[state] ?? ['waiting', state];
  return { tone, word };
}

export const stateFilters = [
  { value: 'needs-person', label: 'Needs a person' },
  { value: 'open', label: 'All that are open' },
  { value: 'all', label: 'All' },
  ...['accepted', 'sending', 'in-doubt', 'applied', 'confirmed', 'rejected', 'failed', 'expired', 'cancelled'].map((value) => ({ value, label: states[value]![1] })),
];

/** The entry whose existence is the question: "the appointment", "the patient", "the change". */
function thing(kind: string): string {
  switch (kind) {
    case 'book-appointment':
      return 'the appointment';
    case 'create-patient':
      return 'the patient';
    case 'attach-document':
      return 'the document';
    case 'cancel-appointment':
      return 'the cancellation';
    default:
      return 'the change';
  }
}

export const makesRecord = (kind: string): boolean => kind === 'book-appointment' || kind === 'create-patient' || kind === 'attach-document';

/** Where and what to look for before answering. */
export function whatToLookFor(command: OperatorCommand): string[] {
  const where = command.connection?.name ?? 'the practice’s system';
  const out = [`Open ${where} and look for ${thing(command.kind)}.`];
  const reference = command.reference ?? evidenceLines(command).find((e) => /reference/i.test(e.label))?.value;
  if (reference) out.push(`It carries the reference ${reference}, where that system keeps one.`);
  if (command.target) out.push(`It is about the record ${command.target} there.`);
  return out;
}

/** What follows from each answer, for the dialog that asks. */
export function consequences(command: OperatorCommand, happened: boolean, past: boolean): string[] {
  const app = command.app?.name ?? 'The app';
  if (happened) {
    return [
      `${sentence(thing(command.kind))} is read back from the practice next; nothing is sent again.`,
      `${app} is told that it is done.`,
      'If it is not there after all, the command comes back here.',
    ];
  }
  if (past) {
    return ['It is too late to send it again: the command ends as not sent in time.', `${app} is told that it was not done.`];
  }
  return [
    'It is sent again now, once.',
    'If it is there after all, the practice gets it a second time. Answer this only when you have looked.',
    `${app} is told how the second sending ends.`,
  ];
}

const events: Record<string, string> = {
  accepted: 'The app asked for it',
  'tried-at-once': 'A person had it tried at once',
  send: 'Sent to the practice',
  'said-yes': 'The practice said yes',
  'said-no': 'The practice said no',
  'said-later': 'The practice could not take it now',
  unclear: 'No clear answer came',
  'effect-found': 'Found at the practice: it was done',
  'no-effect': 'Looked up: it was not done',
  'cannot-tell': 'Looked up: nobody can tell',
  'read-back': 'Read back from the practice',
  'taken-up-badly': 'Taken up by the practice, and refused there',
  deadline: 'The time for it ran out',
  withdraw: 'Withdrawn',
  'person-says-yes': 'A person said that it happened',
  'person-says-no': 'A person said that it did not happen',
};

/** "send: sending (note)", as the server writes a step, in its parts. */
function stepOf(text: string): { event: string; note?: string } | null {
  const parts = /^([a-z]+(?:-[a-z]+)*)(?:: [a-z-]+)?(?: \((.*)\))?$/s.exec(text);
  return parts?.[1] && events[parts[1]] ? { event: parts[1], note: parts[2] } : null;
}

export function historyLines(command: OperatorCommand): { at: Instant; text: string }[] {
  return (command.history ?? []).map((step) => {
    const read = step.text === undefined ? { event: step.event ?? '', note: step.note } : stepOf(step.text);
    if (!read) return { at: step.at, text: step.text ?? '' };
    const words = events[read.event] ?? sentence(read.event.replaceAll('-', ' '));
    return { at: step.at, text: read.note ? `${words}: ${read.note}` : words };
  });
}

export function evidenceLines(command: OperatorCommand): { label: string; value: string }[] {
  const evidence = command.evidence;
  if (!evidence) return [];
  return typeof evidence === 'string' ? [{ label: 'What was found', value: sentence(evidence) }] : evidence;
}
