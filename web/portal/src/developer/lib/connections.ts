// SPDX-License-Identifier: Apache-2.0
// Connections in order of need, the sentence above them, and the form that submits one.
import type { ConnectionState, ConnectionTest, Vendor } from '../../api/types';
import { count, type Locale } from '../../lib/locale';

const need: Record<ConnectionState, number> = { attention: 0, connecting: 1, pending: 2, active: 3, paused: 4, revoked: 5 };

export function inOrder<T extends { connection: { state: ConnectionState; name: string } }>(rows: T[]): T[] {
  return [...rows].sort(
    (a, b) => (need[a.connection.state] ?? 9) - (need[b.connection.state] ?? 9) || a.connection.name.localeCompare(b.connection.name),
  );
}

export function connectionsSentence(rows: { state: ConnectionState }[], locale: Locale): string {
  const of = (...states: ConnectionState[]) => rows.filter((r) => states.includes(r.state)).length;
  if (rows.length === 0) return 'Nothing is connected yet.';
  const live = rows.length - of('revoked');
  const parts = [`${count(of('active'), 'connection is', locale, 'connections are')} active`];
  if (of('connecting', 'pending') > 0) parts.push(`${of('connecting', 'pending')} on the way`);
  if (of('paused') > 0) parts.push(`${of('paused')} paused`);
  const attention = of('attention');
  if (attention === live && attention > 0) return `${count(attention, 'connection needs', locale, 'connections need')} attention.`;
  return `${parts.join(', ')}.${attention > 0 ? ` ${count(attention, 'needs', locale, 'need')} attention.` : ''}`;
}

/** What the form still lacks, by field. */
export function missing(vendor: Vendor | undefined, organization: string, values: Record<string, string>): Record<string, string> {
  const faults: Record<string, string> = {};
  if (!organization) faults.organization = 'Choose whose connection this is.';
  if (!vendor) faults.vendor = 'Choose the system.';
  for (const setting of vendor?.settings ?? []) {
    if (setting.required && !setting.default && !(values[setting.key] ?? '').trim()) faults[setting.key] = `Fill in ${labelOf(setting)}.`;
  }
  return faults;
}

/** A setting's key as words, where the vendor gives no label: "database_name" is "Database name". */
export function labelOf(setting: { key: string; label?: string }): string {
  if (setting.label) return setting.label;
  const words = setting.key.replaceAll(/[_-]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function split(vendor: Vendor, values: Record<string, string>): { settings: Record<string, string>; secrets: Record<string, string> } {
  const out = { settings: {} as Record<string, string>, secrets: {} as Record<string, string> };
  for (const setting of vendor.settings) {
    const value = values[setting.key] ?? setting.default ?? '';
    if (value === '') continue;
    if (setting.secret) out.secrets[setting.key] = value;
    else out.settings[setting.key] = value.trim();
  }
  return out;
}

export function testSentence(test: ConnectionTest): string {
  if (!test.ok) return test.detail || 'The system could not be reached with this address and these credentials.';
  const name = test.practice_name ? `It is ${test.practice_name}` : 'It works';
  const version = test.vendor_version ? `, version ${test.vendor_version}` : '';
  const rights = test.missing_rights.length > 0 ? ` The user still lacks: ${test.missing_rights.join(', ')}.` : '';
  return `${name}${version}.${rights}`;
}
