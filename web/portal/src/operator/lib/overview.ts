// SPDX-License-Identifier: Apache-2.0
// The operator's first page in words: what waits, since when, how full the disk is.
import type { OperatorOverview } from '../../api/types';
import { count, formatBytes, formatNumber, type Locale } from '../../lib/locale';

export interface Queue {
  key: string;
  label: string;
  value: number;
  oldest: string | null;
  to?: string;
  /** Somebody must act. */
  attention: boolean;
}

const labels: Record<string, [string, string?]> = {
  deliveries: ['Webhook messages waiting'],
  commands: ['Commands open', '/operator/commands?state=open'],
  commands_needing_person: ['Commands that need a person', '/operator/commands'],
  commands_needing_a_person: ['Commands that need a person', '/operator/commands'],
  deliveries_failed: ['Webhook messages given up'],
  needs_person: ['Commands that need a person', '/operator/commands'],
  quarantine: ['Rows in quarantine', '/operator/quarantine'],
  mails: ['E-mails waiting'],
};

/** {"deliveries":3,"deliveries_oldest_at":"…"} or {"oldest_delivery":"…"} as rows. */
export function queues(raw: OperatorOverview['queues'] | undefined): Queue[] {
  const out: Queue[] = [];
  for (const [key, value] of Object.entries(raw ?? {})) {
    if (typeof value !== 'number' || key.includes('oldest')) continue;
    const singular = key.endsWith('ies') ? `${key.slice(0, -3)}y` : key.replace(/s$/, '');
    const oldest = [`${key}_oldest_at`, `${key}_oldest`, `oldest_${singular}_at`, `oldest_${singular}`, `oldest_${key}`].map((name) => raw?.[name]).find((v) => typeof v === 'string');
    const [label, to] = labels[key] ?? [key.charAt(0).toUpperCase() + key.slice(1).replaceAll('_', ' ')];
    out.push({ key, label, value, oldest: typeof oldest === 'string' ? oldest : null, to, attention: value > 0 && labels[key]?.[1] === '/operator/commands' });
  }
  return out;
}

const stateWords: Record<string, string> = { pending: 'Pending', connecting: 'Connecting', active: 'Active', attention: 'In need of attention', paused: 'Paused', revoked: 'Disconnected' };
const order = ['attention', 'connecting', 'pending', 'active', 'paused', 'revoked'];

export function byState(counts: Record<string, number> | undefined): { state: string; words: string; value: number }[] {
  return Object.entries(counts ?? {})
    .map(([state, value]) => ({ state, value, words: stateWords[state] ?? state }))
    .sort((a, b) => (order.indexOf(a.state) + 99) % 99 - (order.indexOf(b.state) + 99) % 99);
}

export function diskSentence(disk: OperatorOverview['disk'] | undefined, locale: Locale): { text: string; low: boolean } {
  if (!disk || typeof disk.free_bytes !== 'number') return { text: 'Not known', low: false };
  const share = disk.total_bytes ? disk.free_bytes / disk.total_bytes : 1;
  const low = share < 0.1 || disk.free_bytes < 2e9;
  const of = disk.total_bytes ? ` of ${formatBytes(disk.total_bytes, locale)}` : '';
  return { text: `${formatBytes(disk.free_bytes, locale)} free${of}${low ? ': make room soon' : ''}`, low };
}

export function overviewSentence(o: OperatorOverview, locale: Locale): string {
  const connections = Object.entries(o.connections_by_state ?? {}).reduce((n, [state, k]) => n + (state === 'revoked' ? 0 : k), 0);
  const attention = o.connections_by_state?.attention ?? 0;
  const person = queues(o.queues).filter((q) => q.attention).reduce((n, q) => n + q.value, 0);
  const parts: string[] = [];
  if (attention > 0) parts.push(`${count(attention, 'connection needs', locale, 'connections need')} attention`);
  if (person > 0) parts.push(`${count(person, 'command needs', locale, 'commands need')} a person`);
  const down = o.nodes.filter((n) => !nodeUp(n.state)).length;
  if (down > 0) parts.push(`${formatNumber(down, locale)} of ${count(o.nodes.length, 'node', locale)} ${down === 1 ? 'is' : 'are'} down`);
  if (connections === 0 && parts.length === 0) return 'Nothing is connected yet.';
  return parts.length === 0 ? `All is well. ${count(connections, 'connection', locale)}, nothing waits for you.` : `${parts.join('; ')}.`;
}

export const nodeUp = (state: string): boolean => ['up', 'ready', 'running', 'ok', 'active', 'alive'].includes(state);
