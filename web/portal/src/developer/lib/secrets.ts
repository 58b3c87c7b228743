// SPDX-License-Identifier: Apache-2.0
// An app's secrets in words: which is in use, which ends when.
import type { AppSecret } from '../../api/types';
import type { Tone } from '../../components/StateSentence';
import { count, type Locale } from '../../lib/locale';

export function secretState(secret: AppSecret, now: number): { tone: Tone; word: string; ends: string | null } {
  if (!secret.expires_at) return { tone: 'ok', word: 'Valid', ends: null };
  if (Date.parse(secret.expires_at) <= now) return { tone: 'off', word: 'Ended', ends: secret.expires_at };
  return { tone: 'attention', word: 'Ends', ends: secret.expires_at };
}

export const overlaps = [
  { value: '0', label: 'End it at once' },
  { value: '1', label: 'Valid for 1 more hour' },
  { value: '24', label: 'Valid for 24 more hours' },
  { value: '168', label: 'Valid for 7 more days' },
];

export function overlapSentence(hours: number, locale: Locale): string {
  if (hours === 0) return 'The old secret is refused from this moment: whatever still uses it stops.';
  return `Both secrets work for ${hours >= 48 ? count(hours / 24, 'day', locale) : count(hours, 'hour', locale)}. Put the new one everywhere in that time.`;
}

export function secretsSentence(secrets: AppSecret[], now: number, locale: Locale): string {
  const valid = secrets.filter((s) => !s.expires_at || Date.parse(s.expires_at) > now);
  if (valid.length === 0) return 'No secret is valid: the app cannot get a token. Make a new one.';
  return valid.length === 1 ? 'One secret is valid.' : `${count(valid.length, 'secret', locale)} are valid at the moment.`;
}

/** The one that new tokens should be asked with: it has no end. */
export function isCurrent(secret: AppSecret, all: AppSecret[]): boolean {
  return !secret.expires_at && all.filter((s) => !s.expires_at).length === 1;
}

export function secretName(secret: AppSecret, all: AppSecret[]): string {
  if (isCurrent(secret, all)) return 'Current';
  return secret.expires_at ? 'Former' : `No. ${secret.n}`;
}
