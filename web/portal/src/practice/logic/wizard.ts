// SPDX-License-Identifier: Apache-2.0
// The wizard that connects a system: its steps, what each needs, and the draft that survives a
// reload. Secrets are never part of the draft: they are typed again.
import type { ConnectionRequest, ConnectionTest, Vendor, VendorSetting } from '../../api/types';

export const STEPS = ['choose', 'way', 'prepare', 'settings', 'done'] as const;
export type Step = (typeof STEPS)[number];

const STEP_TITLES: Record<Step, string> = {
  choose: 'Choose your system',
  way: 'Choose the way',
  prepare: 'Before you start',
  settings: 'Enter and test',
  done: 'What happens next',
};

/** The steps that this system and its way need: a way is chosen only where there are several, and
 *  pairing has its preparations on its own page. */
export function stepsFor(ways: boolean, pairing: boolean): Step[] {
  return STEPS.filter((s) => (s !== 'way' || ways) && (s !== 'prepare' || !pairing));
}

export function stepTitle(step: Step, pairing: boolean): string {
  return step === 'settings' && pairing ? 'Pair and connect' : STEP_TITLES[step];
}

export interface Draft {
  vendor: string;
  name: string;
  timeZone: string;
  settings: Record<string, string>;
  step: Step;
}

export interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const keyOf = (organization: string) => `pons.connect.${organization}`;

export function emptyDraft(timeZone: string): Draft {
  return { vendor: '', name: '', timeZone, settings: {}, step: 'choose' };
}

/** What was kept, or an empty one; anything unreadable is as if it were not there. */
export function readDraft(store: Store, organization: string, timeZone: string): Draft {
  const empty = emptyDraft(timeZone);
  try {
    const kept = JSON.parse(store.getItem(keyOf(organization)) ?? '{}') as Partial<Draft>;
    const settings = Object.fromEntries(
      Object.entries(kept.settings ?? {}).filter((e): e is [string, string] => typeof e[1] === 'string'),
    );
    const step = STEPS.find((s) => s === kept.step && s !== 'done') ?? 'choose';
    return {
      vendor: typeof kept.vendor === 'string' ? kept.vendor : '',
      name: typeof kept.name === 'string' ? kept.name : '',
      timeZone: typeof kept.timeZone === 'string' && kept.timeZone ? kept.timeZone : empty.timeZone,
      settings,
      step: kept.vendor ? step : 'choose',
    };
  } catch {
    return empty;
  }
}

/** Keeps everything but secrets; a vendor's secret keys are dropped even where they stand in it. */
export function keepDraft(store: Store, organization: string, draft: Draft, vendor: Vendor | undefined): void {
  const secret = new Set((vendor?.settings ?? []).filter((s) => s.secret).map((s) => s.key));
  const settings = Object.fromEntries(Object.entries(draft.settings).filter(([key]) => !secret.has(key)));
  try {
    store.setItem(keyOf(organization), JSON.stringify({ ...draft, settings }));
  } catch {
    // Storage is full or forbidden: the form works, it only does not survive a reload.
  }
}

export function dropDraft(store: Store, organization: string): void {
  store.removeItem(keyOf(organization));
}

/** What must be asked, and what is set only where the standard does not fit. */
export function grouped(vendor: Vendor): { asked: VendorSetting[]; more: VendorSetting[] } {
  return {
    asked: vendor.settings.filter((s) => !(s.advanced ?? !s.required)),
    more: vendor.settings.filter((s) => s.advanced ?? !s.required),
  };
}

const LABELS: Record<string, string> = {
  server: 'Server',
  port: 'Port',
  database: 'Database',
  user: 'Database user',
  user_name: 'User name',
  password: 'Password',
  encryption: 'Encryption',
  report_folder: 'Folder for documents',
  login_user_id: 'User shown as having booked',
  hpio: 'HPI-O',
  ack_folder: 'Folder for acknowledgements',
};

const UNITS: Record<string, string> = { ms: 'milliseconds', minutes: 'minutes', seconds: 'seconds' };

/** A setting's name for people: "visit_poll_interval_ms" is "Visit poll interval (milliseconds)". */
export function settingLabel(setting: Pick<VendorSetting, 'key' | 'label'>): string {
  if (setting.label) return setting.label;
  const known = LABELS[setting.key];
  if (known) return known;
  const words = setting.key.split('_');
  const unit = words.length > 1 ? UNITS[words[words.length - 1] ?? ''] : undefined;
  if (unit) words.pop();
  const text = words.join(' ');
  return (text[0] ?? '').toUpperCase() + text.slice(1) + (unit ? ` (${unit})` : '');
}

/** Errors by field; "name" and "time_zone" beside the vendor's own keys. Empty: may be tested. */
export function problemsOf(
  vendor: Vendor,
  draft: Pick<Draft, 'name' | 'timeZone' | 'settings'>,
  secrets: Record<string, string>,
  zones: readonly string[],
): Record<string, string> {
  const problems: Record<string, string> = {};
  if (!draft.name.trim()) problems.name = 'Write a name that your staff recognise.';
  if (!draft.timeZone) problems.time_zone = 'Choose the time zone of the practice.';
  else if (zones.length > 0 && !zones.includes(draft.timeZone)) {
    problems.time_zone = `${draft.timeZone} is no time zone that is known here. Choose one from the list.`;
  }
  for (const setting of vendor.settings) {
    const value = (setting.secret ? secrets[setting.key] : draft.settings[setting.key]) ?? '';
    if (setting.required && !value.trim() && !setting.default) {
      problems[setting.key] = `${settingLabel(setting)} is needed.`;
    } else if (value && setting.choices && !setting.choices.includes(value)) {
      problems[setting.key] = `Choose one of ${setting.choices.join(', ')}.`;
    }
  }
  return problems;
}

/** The request: empty settings are left out, so that the standard applies. `fixed`: the way's own. */
export function requestOf(vendor: Vendor, draft: Draft, secrets: Record<string, string>, fixed: Record<string, string> = {}): ConnectionRequest {
  const secret = new Set(vendor.settings.filter((s) => s.secret).map((s) => s.key));
  const known = new Set(vendor.settings.map((s) => s.key));
  const kept = (values: Record<string, string>, isSecret: boolean) =>
    Object.fromEntries(
      Object.entries(values)
        .filter(([key, value]) => known.has(key) && secret.has(key) === isSecret && value.trim() !== '')
        .map(([key, value]) => [key, isSecret ? value : value.trim()]),
    );
  return {
    vendor: vendor.id,
    name: draft.name.trim(),
    time_zone: draft.timeZone,
    settings: { ...kept(draft.settings, false), ...fixed },
    secrets: kept(secrets, true),
  };
}

/** Tells whether what was tested is what would be saved. Never kept anywhere. */
export function fingerprint(request: ConnectionRequest): string {
  const sorted = (o: Record<string, string>) => Object.entries(o).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([request.vendor, request.time_zone, sorted(request.settings), sorted(request.secrets)]);
}

/** The sentence over a test's answer. */
export function testSentence(test: ConnectionTest, vendor: string): string {
  if (test.ok) {
    const who = test.practice_name || 'the practice';
    return test.missing_rights.length > 0
      ? `Connected to ${who}, but some rights are missing.`
      : `Connected to ${who}. Everything that is needed can be read.`;
  }
  return test.detail || `${vendor} did not accept this. Check the settings and test again.`;
}

export interface SettingsChange {
  name?: string;
  time_zone?: string;
  settings?: Record<string, string>;
  secrets?: Record<string, string>;
}

/** What a PATCH sends: only what is different. A secret left empty stays as it is. */
export function changedSettings(
  before: { name: string; time_zone: string; settings: Record<string, string> },
  after: { name: string; time_zone: string; settings: Record<string, string>; secrets: Record<string, string> },
): SettingsChange {
  const change: SettingsChange = {};
  if (after.name.trim() !== before.name) change.name = after.name.trim();
  if (after.time_zone !== before.time_zone) change.time_zone = after.time_zone;
  const settings = Object.fromEntries(
    Object.entries(after.settings)
      .map(([key, value]): [string, string] => [key, value.trim()])
      .filter(([key, value]) => value !== (before.settings[key] ?? '')),
  );
  if (Object.keys(settings).length > 0) change.settings = settings;
  const secrets = Object.fromEntries(Object.entries(after.secrets).filter(([, value]) => value !== ''));
  if (Object.keys(secrets).length > 0) change.secrets = secrets;
  return change;
}
