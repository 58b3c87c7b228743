// SPDX-License-Identifier: Apache-2.0
// Several ways to reach one system: which is chosen, what it asks, and the pairing code that some of
// them begin with.
import type { Connection, Vendor, VendorRequests, VendorWay } from '../../api/types';
import type { Tone } from '../../components/StateSentence';
import { count, formatNumber, type Locale } from '../../lib/locale';
import { listed } from './text';

/** In the order it is offered: what begins with a code and needs nothing else, then what else works
 *  here, then what does not. */
export function waysOf(vendor: Vendor): VendorWay[] {
  const rank = (way: VendorWay) => (!way.available ? 2 : pairs(vendor, way) ? 0 : 1);
  return [...(vendor.ways?.choices ?? [])].sort((a, b) => rank(a) - rank(b));
}

/** Something is to be chosen only where more than one way is open on this server. */
export const hasWays = (vendor: Vendor | undefined) => (vendor?.ways?.choices ?? []).filter((w) => w.available).length > 1;

/** The way that these settings choose; where they choose none, the one a connection had before there
 *  were several. Null where there is one way only. */
export function wayOf(vendor: Vendor, settings: Record<string, string>): VendorWay | null {
  const { setting, choices } = vendor.ways ?? { setting: '', choices: [] };
  const value = settings[setting] || vendor.settings.find((s) => s.key === setting)?.default || choices[0]?.value;
  return choices.find((w) => w.value === value) ?? null;
}

/** The way that a new connection starts with: what the person chose, else the first that works. */
export function firstWay(vendor: Vendor, settings: Record<string, string>): VendorWay | null {
  const chosen = vendor.ways?.choices.find((w) => w.value === settings[vendor.ways?.setting ?? '']);
  if (chosen?.available) return chosen;
  return waysOf(vendor).find((w) => w.available) ?? null;
}

/** The vendor as this way sees it: its settings, its steps, its needs. */
export function narrowed(vendor: Vendor, way: VendorWay | null): Vendor {
  const mine = (of: { way?: string }) => !of.way || of.way === way?.value;
  return {
    ...vendor,
    settings: vendor.settings
      .filter((s) => mine(s) && s.key !== vendor.ways?.setting)
      .map((s) => (s.once || s.binds ? { ...s, required: true, advanced: false } : s)),
    guide: {
      before: [...vendor.guide.before, ...(way?.before ?? [])],
      steps: vendor.guide.steps.filter(mine),
    },
  };
}

/** This way begins with something that is used up by trying: there is no test beside it. */
export function pairs(vendor: Vendor, way: VendorWay | null): boolean {
  return vendor.settings.some((s) => s.once && (!s.way || s.way === way?.value));
}

export const CODE_LENGTH = 6;

/** As it is typed or pasted: blanks, dashes and small letters do not matter. */
export function tidyCode(text: string): string {
  return text.replace(/[^A-Za-z0-9]/g, '').toUpperCase().slice(0, CODE_LENGTH);
}

/** The whole window copied: "Site ID: 4711  Pairing Code: AB3-9KX" fills both fields. */
export function readPasted(text: string): { site?: string; code?: string } {
  const site = /site\s*id\W*([A-Za-z0-9-]+)/i.exec(text)?.[1];
  const code = /pairing\s*code\W*([A-Za-z0-9][A-Za-z0-9 -]*)/i.exec(text)?.[1];
  return { ...(site ? { site } : {}), ...(code ? { code: tidyCode(code) } : {}) };
}

/** Null where it may be sent. */
export function codeProblem(code: string): string | null {
  if (!code) return 'Write the pairing code that your system shows.';
  return code.length === CODE_LENGTH ? null : `A pairing code has ${CODE_LENGTH} letters and digits; this has ${code.length}.`;
}

export type Stage = 'done' | 'running' | 'waiting' | 'failed';

/** Paired, linked, reading: how far a new connection has come. Whatever was saved is paired. */
export function stages(connection: Pick<Connection, 'state' | 'last_success_at'>): { text: string; state: Stage }[] {
  const { state } = connection;
  const answered = state === 'active' || Boolean(connection.last_success_at);
  const now: Stage = state === 'attention' ? 'failed' : 'running';
  return [
    { text: 'Paired with the practice', state: 'done' },
    { text: 'Linked to its server', state: answered ? 'done' : now },
    { text: 'Practitioners, appointment types and the diary read', state: state === 'active' ? 'done' : answered ? now : 'waiting' },
  ];
}

/** How a paired connection stands, from the practice's side. */
export function linkState(connection: Pick<Connection, 'state' | 'cause' | 'next_step'>): { word: string; cause: string; tone: Tone } {
  switch (connection.state) {
    case 'pending':
    case 'connecting':
      return { word: 'Linked', cause: 'the practice is paired, and its diary is being read for the first time', tone: 'running' };
    case 'active':
      return connection.next_step
        ? { word: 'Linked', cause: folding(connection.next_step), tone: 'waiting' }
        : { word: 'Configured', cause: 'apps see what was chosen for them', tone: 'ok' };
    case 'attention':
      return { word: 'Error', cause: connection.cause ?? 'the practice’s server does not answer as it should', tone: 'attention' };
    case 'paused':
      return { word: 'Paused', cause: 'nothing is asked, so nothing is billed', tone: 'off' };
    case 'revoked':
      return { word: 'Unlinked', cause: 'the pairing has ended', tone: 'off' };
  }
}

const folding = (sentence: string) => sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, '');

/** "412 queries today, 2,390 in the last 7 days." */
export function requestsSentence(requests: VendorRequests, locale: Locale): string {
  const words = [...new Set([...Object.keys(requests.today), ...requests.last_7_days.map((d) => d.word)])];
  const today = Object.entries(requests.today).map(([word, n]) => count(n, wordOf(word), locale, pluralOf(word)));
  const first = words[0] ?? 'query';
  const none = `No ${wordOf(first)} today`;
  return `${today.length > 0 ? `${listed(today)} today` : none}, ${formatNumber(requests.total_7_days, locale)} in the last 7 days.`;
}

const wordOf = (word: string) => word.replace(/_/g, ' ');

function pluralOf(word: string): string {
  const one = wordOf(word);
  return /[^aeiou]y$/.test(one) ? `${one.slice(0, -1)}ies` : `${one}s`;
}

/** One bar a day, oldest first, with days on which nothing was asked. */
export function requestDays(requests: VendorRequests, today: string): { day: string; count: number }[] {
  const end = Date.parse(`${today}T00:00:00Z`);
  return Array.from({ length: 7 }, (_, i) => {
    const day = new Date(end - (6 - i) * 86_400_000).toISOString().slice(0, 10);
    return { day, count: requests.last_7_days.filter((d) => d.day.slice(0, 10) === day).reduce((sum, d) => sum + d.count, 0) };
  });
}
