// SPDX-License-Identifier: Apache-2.0
// What the practice's pages say: switches, states, outcomes, kinds of activity, roles. A word the
// server sends that is not known here is shown as it came, so that nothing is hidden.
import type { Connection, ConnectionSummary, Grant, Role, SwitchName, Vendor } from '../../api/types';
import type { Tone } from '../../components/StateSentence';
import { reasonWords } from './filters';
import { capitalised, folded, listed } from './text';

export interface SwitchWords {
  name: SwitchName;
  label: string;
  /** What happens when it is on. */
  text: string;
  /** Why it is off until somebody switches it on. */
  caution?: string;
  standard: boolean;
}

export const SWITCHES: readonly SwitchWords[] = [
  {
    name: 'patients_in',
    label: 'Share patients with the app',
    text: 'A patient’s name, birth date, contact details and identifiers go to the app when the filters match.',
    standard: true,
  },
  {
    name: 'reports_out',
    label: 'Take documents from the app',
    text: 'Reports made in the app are put into the patient’s record here, for the doctor to check.',
    standard: false,
  },
  {
    name: 'patients_out',
    label: 'Take new patients from the app',
    text: 'A person added in the app is added to your practice too.',
    caution:
      'Off at first. Leave it off if your practice adds its patients itself: two places that add people make duplicates.',
    standard: false,
  },
  {
    name: 'publish_availability',
    label: 'Show free times',
    text: 'The app sees when the chosen practitioners have time. It sees no names of patients.',
    standard: false,
  },
  {
    name: 'take_bookings',
    label: 'Take bookings',
    text: 'The app may book, move and cancel the appointments that it made itself.',
    standard: false,
  },
  {
    name: 'read_clinical_data',
    label: 'Read the clinical record',
    text: 'Of patients it can see, the app may look up past history, medicines, allergies, measurements, social and family history and documents, at the moment it asks. Every look-up is in the audit trail.',
    caution:
      'Off at first. Pons keeps none of it but cancer history, which goes to the app with the patient.',
    standard: false,
  },
  {
    name: 'referrals',
    label: 'Referrals',
    text: 'Referrals written here reach the app, and its answers come back.',
    standard: false,
  },
];

export function standardSwitches(): Record<SwitchName, boolean> {
  return Object.fromEntries(SWITCHES.map((s) => [s.name, s.standard])) as Record<SwitchName, boolean>;
}

export function switchLabel(name: string): string {
  return SWITCHES.find((s) => s.name === name)?.label ?? name;
}

export const MODES = [
  {
    value: 'on_visit',
    label: 'When a visit starts',
    text: 'A patient goes to the app at the moment their visit starts here, if the filters match. Nobody else is copied.',
  },
  {
    value: 'all',
    label: 'All patients',
    text: 'Every patient the filters allow goes to the app now, and new ones as they are added. Choose this only if the app must know patients before their visit.',
  },
] as const;


/** The sentence a connection's page opens with. The cause is the server's, next step included. */
export function connectionSentence(connection: Pick<ConnectionSummary, 'state' | 'cause' | 'practice_name'> & { next_step?: string }): string {
  if (connection.cause) return connection.cause;
  if (connection.state === 'active' && connection.next_step) return `Reading. ${connection.next_step}`;
  switch (connection.state) {
    case 'pending':
      return 'Not set up yet: the settings are kept, and nothing has been read.';
    case 'connecting':
      return 'Signing in and reading for the first time. You can leave this page; reading goes on by itself.';
    case 'active':
      return connection.practice_name
        ? `Reading from ${connection.practice_name}. There is nothing for you to do.`
        : 'Reading. There is nothing for you to do.';
    case 'attention':
      return 'Somebody has to look at this connection. Test its settings to see what is wrong.';
    case 'paused':
      return 'Nothing is read or written until somebody resumes it. What was shared before stays shared.';
    case 'revoked':
      return 'Disconnected. Nothing is read or written any more.';
  }
}

const HEALTH: Record<string, { word: string; tone: Tone }> = {
  new: { word: 'Not started', tone: 'waiting' },
  active: { word: 'Working', tone: 'ok' },
  attention: { word: 'Needs attention', tone: 'attention' },
  retrying: { word: 'Trying again by itself', tone: 'attention' },
  paused: { word: 'Paused', tone: 'off' },
  off: { word: 'Not used', tone: 'off' },
};

export function healthWord(state: string): { word: string; tone: Tone } {
  return HEALTH[state] ?? { word: capitalised(state), tone: 'off' };
}

const OUTCOMES: Record<string, { word: string; tone: Tone }> = {
  shared: { word: 'Shared', tone: 'ok' },
  not_shared: { word: 'Not shared', tone: 'off' },
  updated: { word: 'Updated', tone: 'ok' },
  delivered: { word: 'Delivered', tone: 'ok' },
  // A command's states, as a practice understands them.
  accepted: { word: 'Waiting to be sent', tone: 'waiting' },
  sending: { word: 'Being sent', tone: 'waiting' },
  in_doubt: { word: 'Being checked', tone: 'waiting' },
  applied: { word: 'Written, not yet seen again', tone: 'waiting' },
  confirmed: { word: 'Done', tone: 'ok' },
  rejected: { word: 'Refused', tone: 'failed' },
  failed: { word: 'Failed', tone: 'failed' },
  expired: { word: 'Too late, not written', tone: 'failed' },
  cancelled: { word: 'Withdrawn by the app', tone: 'off' },
  needs_person: { word: 'A person must look', tone: 'attention' },
  set_aside: { word: 'Could not be read', tone: 'attention' },
  quarantined: { word: 'Could not be read', tone: 'attention' },
  waiting: { word: 'On its way', tone: 'waiting' },
  attention: { word: 'Needs attention', tone: 'attention' },
  over: { word: 'Over', tone: 'off' },
  done: { word: 'Done', tone: 'ok' },
  refused: { word: 'Refused', tone: 'failed' },
};

export function outcomeWord(outcome: string): { word: string; tone: Tone } {
  const key = outcome.toLowerCase().replace(/[\s-]+/g, '_');
  return OUTCOMES[key] ?? { word: capitalised(outcome.replace(/_/g, ' ')), tone: 'off' };
}

const STREAMS: Record<string, string> = {
  organizations: 'Practice',
  locations: 'Locations',
  practitioners: 'Practitioners',
  practitioner_roles: 'Where practitioners work',
  healthcare_services: 'Appointment types',
  services: 'Appointment types',
  schedules: 'Schedules',
  slots: 'Free times',
  patients: 'Patients',
  appointments: 'Appointments',
  encounters: 'Visits',
  visits: 'Visits',
  documents: 'Documents',
  conditions: 'Cancer history',
  tasks: 'Writes',
  document_references: 'Documents',
};

export function streamWord(stream: string): string {
  return STREAMS[stream] ?? capitalised(stream.replace(/_/g, ' '));
}

export const ROLES: readonly { value: Role; label: string; text: string }[] = [
  {
    value: 'admin',
    label: 'Admin',
    text: 'Connects systems and apps, changes filters, invites people, sees patients. Signs in with a second factor.',
  },
  {
    value: 'staff',
    label: 'Staff',
    text: 'Sees patients and what was shared with whom. Changes no settings.',
  },
  {
    value: 'limited',
    label: 'Limited',
    text: 'Sees calendars and whether connections work. Sees no patient anywhere.',
  },
];

export function roleLabel(role: string): string {
  return ROLES.find((r) => r.value === role)?.label ?? capitalised(role);
}

export const ACTIVITY_KINDS = [
  { value: '', label: 'Everything' },
  { value: 'shared', label: 'Shared with apps' },
  { value: 'not_shared', label: 'Not shared' },
  { value: 'command', label: 'Written by apps' },
  { value: 'quarantine', label: 'Could not be read' },
  { value: 'connection', label: 'Connection' },
] as const;

const OUR_WORDS = {
  practitioner: ['practitioner', 'practitioners'],
  service: ['appointment type', 'appointment types'],
  location: ['location', 'locations'],
} as const;

/** The vendor's own word follows ours in brackets where it differs, at first use. */
export function withVendorWord(vendor: Pick<Vendor, 'practitioner_word' | 'service_word'> | undefined, what: keyof typeof OUR_WORDS): string {
  const [one, ours] = OUR_WORDS[what];
  const theirs = what === 'practitioner' ? vendor?.practitioner_word : what === 'service' ? vendor?.service_word : undefined;
  return theirs && folded(theirs) !== one ? `${ours} (${theirs.toLowerCase()}${/s$/i.test(theirs) ? '' : 's'} in your system)` : ours;
}

/** How setting up stands: null where there is nothing to tell. */
export function firstReading(connection: Pick<Connection, 'progress'>): { done: number; total: number } | null {
  const total = connection.progress.length;
  if (total === 0) return null;
  const done = connection.progress.filter((p) => p.state === 'done').length;
  return done === total ? null : { done, total };
}

/** Said where the practice's clock is off by more than a minute; null where all is well. */
export function clockSentence(ahead: number | undefined | null): string | null {
  if (ahead === undefined || ahead === null) return null;
  const seconds = Math.round(Math.abs(ahead) / 1000);
  if (seconds <= 60) return null;
  const amount = seconds < 7200 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(seconds / 3600)} hours`;
  return `The practice’s server clock is ${amount} ${ahead > 0 ? 'ahead' : 'behind'}. Changes may be seen late: set the clock of the server and of the workstations (w32tm /resync on Windows).`;
}

/** "2 connections: both work." The first sentence of the list. */
export function connectionsSentence(rows: readonly Pick<ConnectionSummary, 'state'>[]): string {
  const trouble = rows.filter((r) => r.state === 'attention').length;
  const busy = rows.filter((r) => r.state === 'connecting' || r.state === 'pending').length;
  const still = rows.filter((r) => r.state === 'paused' || r.state === 'revoked').length;
  const parts = [
    trouble > 0 ? `${trouble} ${trouble === 1 ? 'needs' : 'need'} attention` : '',
    busy > 0 ? `${busy} ${busy === 1 ? 'is' : 'are'} being set up` : '',
    still > 0 ? `${still} ${still === 1 ? 'is' : 'are'} paused or disconnected` : '',
  ].filter(Boolean);
  const all = `${rows.length} ${rows.length === 1 ? 'connection' : 'connections'}`;
  if (parts.length === 0) return rows.length === 1 ? 'It works.' : `All ${all} work.`;
  return `Of ${all}, ${listed(parts)}.`;
}

/** An app's row in one line: what it sees, and of whom. */
export function grantSentence(grant: Pick<Grant, 'revoked' | 'switches' | 'mode' | 'practitioners' | 'services' | 'locations' | 'all_locations_to'>): string {
  if (grant.revoked) return 'Stopped';
  if (!grant.switches.patients_in) return 'No patients are shared';
  const when = grant.mode === 'all' ? 'All patients' : 'Patients whose visit starts';
  const limits: string[] = [];
  if (!grant.all_locations_to) limits.push(`${grant.locations.length} ${grant.locations.length === 1 ? 'location' : 'locations'}`);
  if (grant.practitioners.kind === 'these') limits.push(`${grant.practitioners.ids.length} ${grant.practitioners.ids.length === 1 ? 'practitioner' : 'practitioners'}`);
  if (grant.services.kind === 'these') limits.push(`${grant.services.ids.length} appointment ${grant.services.ids.length === 1 ? 'type' : 'types'}`);
  return limits.length > 0 ? `${when}: ${listed(limits)}` : `${when}, everywhere`;
}

/** "Take bookings on, Cancer history off, all patients". */
export function switchChanges(
  before: Pick<Grant, 'switches' | 'mode'>,
  after: Pick<Grant, 'switches' | 'mode'>,
): string[] {
  const changes = SWITCHES.filter((s) => (before.switches[s.name] ?? false) !== (after.switches[s.name] ?? false)).map(
    (s) => `“${s.label}” ${after.switches[s.name] ? 'on' : 'off'}`,
  );
  if (before.mode !== after.mode) {
    changes.push(after.mode === 'all' ? 'all patients at once' : 'patients only when their visit starts');
  }
  return changes;
}

const IDENTIFIERS: [RegExp, string][] = [
  [/medicare/i, 'Medicare number'],
  [/\/id\/hi\/ihi|\bihi\b/i, 'IHI'],
  [/dva/i, 'DVA number'],
  [/us-ssn/i, 'Social Security number'],
  [/pons/i, 'Number in Pons'],
];

/** An identifier's system as a practice calls it; an address nobody knows is "Number in your system". */
export function identifierLabel(system: string): string {
  const known = IDENTIFIERS.find(([pattern]) => pattern.test(system));
  if (known) return known[1];
  return /^(https?:|urn:)/.test(system) ? 'Number in your system' : capitalised(system.replace(/_/g, ' '));
}

export function telecomLabel(t: { system: string; use?: string }): string {
  if (t.system === 'email') return 'E-mail';
  if (t.use === 'mobile' || t.system === 'sms') return 'Mobile';
  if (t.system === 'phone') return t.use ? `Phone (${t.use})` : 'Phone';
  return capitalised(t.system);
}

/** Null where it may be an address; the invitation's arrival is the real proof. */
export function emailProblem(text: string): string | null {
  const email = text.trim();
  if (!email) return 'Write the e-mail address of the person.';
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) ? null : 'This is no e-mail address. It looks like name@practice.com.au.';
}

export function auditSentence(entry: { action: string; text?: string; summary?: string; object?: string }): string {
  const told = entry.text ?? entry.summary;
  if (told) return told;
  const action = capitalised(entry.action.replace(/[_.]/g, ' '));
  return entry.object ? `${action}: ${entry.object}` : action;
}

/** For a list's row; the rest of the cause is on the thing's own page. */
export function firstSentence(text: string | undefined): string {
  const found = /^.*?[^.\s]{2}\.(?=\s+\S)/s.exec(text ?? '');
  return found ? found[0].replace(/\.$/, '') : (text ?? '').replace(/\.$/, '');
}

/**
 * Why, after the outcome's word. A visit's verdicts come one for each app, "DermEngine: shared; Other:
 * location is not mapped": "with DermEngine. Other: the location has no place in the app".
 */
export function outcomeCause(outcome: string, reason: string | undefined): string | undefined {
  if (!reason) return undefined;
  if (outcome !== 'shared' && outcome !== 'not_shared') return reasonWords(reason);
  const parts = reason.split(';').map((p) => p.trim()).filter(Boolean);
  const verdicts = parts.map((part) => {
    const at = part.lastIndexOf(': ');
    return at < 0 ? { app: '', words: part } : { app: part.slice(0, at), words: part.slice(at + 2) };
  });
  const shared = verdicts.filter((v) => v.app && v.words === 'shared').map((v) => v.app);
  const rest = verdicts
    .filter((v) => v.words !== 'shared')
    .map((v) => {
      const words = reasonWords(v.words);
      return v.app ? `${v.app}: ${words.charAt(0).toLowerCase()}${words.slice(1)}` : words;
    });
  return [shared.length > 0 ? `with ${listed(shared)}` : '', ...rest].filter(Boolean).join('. ') || undefined;
}
