// SPDX-License-Identifier: Apache-2.0
// What the addresses below /portal/api answer. Times are RFC 3339 in UTC; ids are opaque strings.
// Members marked optional are left out by the server where they do not apply.

export type Id = string;
export type Instant = string;

export interface Page<T> {
  items: T[];
  next: string | null;
  total?: number;
}

/** application/problem+json: `detail` is the sentence a person reads, with the next step in it. */
export interface Problem {
  status: number;
  title: string;
  detail: string;
  code?: string;
  field?: string;
  reference?: string;
}

// ---- Session and account ------------------------------------------------------------------------

export type Role = 'admin' | 'staff' | 'limited';

export interface Membership {
  organization: { id: Id; name: string };
  role: Role;
}

export interface User {
  id: Id;
  name: string;
  email: string;
  locale: string;
  operator: boolean;
  developer: boolean;
  second_factor: boolean;
  memberships: Membership[];
}

export type SessionState = 'signed_in' | 'second_factor_due' | 'enrol_due';

export interface Session {
  user: User;
  csrf: string;
  state: SessionState;
  /** The server runs with --development: the second factor may be skipped. */
  development?: boolean;
  /** A demo is signed in; the page says so. */
  demo?: boolean;
  /** Sandboxes can be made here. */
  sandboxes?: boolean;
}

export interface SessionInfo {
  id: Id;
  current: boolean;
  created_at: Instant;
  last_seen_at: Instant;
  address?: string;
  browser?: string;
}

export interface Invitation {
  organization?: { id: Id; name: string };
  email: string;
  role: string;
  expires_at: Instant;
  /** The e-mail address already has an account: only a password is asked. */
  existing?: boolean;
}

export interface SecondFactorSetup {
  secret: string;
  uri: string;
  qr_svg: string;
}

export interface RecoveryCodes {
  recovery_codes: string[];
}

export interface NotificationSettings {
  email: Record<string, boolean>;
  /** What each is called. */
  kinds?: { kind: string; text: string }[];
}

export interface Notification {
  id: Id;
  at: Instant;
  kind: string;
  title?: string;
  text: string;
  link?: string;
  read: boolean;
}

// ---- Organizations ------------------------------------------------------------------------------

export interface OrganizationSummary {
  id: Id;
  name: string;
  connections?: number;
  members?: number;
}

export interface Attention {
  text: string;
  link?: string;
}

export interface Organization {
  id: Id;
  name: string;
  connections: number;
  members: number;
  shared_today: number;
  last_change_at: Instant | null;
  attention: Attention[];
}

export interface Member {
  id: Id;
  name: string;
  email: string;
  role: Role;
  second_factor: boolean;
  last_seen_at?: Instant | null;
  invited?: boolean;
}

export interface InvitationMade {
  invitation_url: string;
  mailed?: boolean;
}

// ---- Vendors and connections --------------------------------------------------------------------

export interface VendorSetting {
  key: string;
  label?: string;
  help: string;
  required: boolean;
  secret: boolean;
  choices?: string[];
  default?: string;
  /** Rarely needs a change; where left out: what is not required. */
  advanced?: boolean;
  /** Only for this way of connecting; where left out: for all. */
  way?: string;
  /** Used up by connecting (a pairing code): asked for again whenever the way is set up anew. */
  once?: boolean;
  /** What `once` gives belongs to this value (a site's number): both are given together. */
  binds?: boolean;
}

/** One of several ways to reach the same system. */
export interface VendorWay {
  value: string;
  label: string;
  /** When it is the right one, in a sentence. */
  text: string;
  /** What to have at hand, beside what every way needs. */
  before?: string[];
  available: boolean;
  unavailable_text?: string;
}

export interface GuideStep {
  title: string;
  text: string;
  where?: string;
  way?: string;
}

export interface Vendor {
  id: string;
  name: string;
  region: string;
  standing: string;
  settings: VendorSetting[];
  guide: { before: string[]; steps: GuideStep[] };
  /** The vendor's own words, where they differ from ours. */
  practitioner_word?: string;
  service_word?: string;
  /** The setting that chooses the way, and its choices, the usual one first. */
  ways?: { setting: string; choices: VendorWay[] };
}

export type ConnectionState =
  | 'pending'
  | 'connecting'
  | 'active'
  | 'attention'
  | 'paused'
  | 'revoked';

export interface ConnectionSummary {
  id: Id;
  name: string;
  vendor: string;
  vendor_name?: string;
  organization: Id | { id: Id; name: string };
  state: ConnectionState;
  cause?: string;
  since?: Instant;
  last_success_at: Instant | null;
  time_zone: string;
  practice_name?: string;
}

export interface HealthSide {
  state: string;
  cause?: string;
  since?: Instant;
  last_success_at?: Instant | null;
}

export interface ProgressStep {
  text: string;
  state: 'done' | 'running' | 'waiting' | 'failed';
  at?: Instant;
}

/** What the vendor may charge for, by the word of its price list and the day (UTC). */
export interface VendorRequests {
  today: Record<string, number>;
  last_7_days: { day: string; word: string; count: number }[];
  total_7_days: number;
  /** What the settings cost, in a sentence. */
  cost_words?: string;
}

export interface Connection extends ConnectionSummary {
  vendor_requests?: VendorRequests;
  /** What is left to do, in a sentence. */
  next_step?: string;
  read: HealthSide;
  write: HealthSide;
  counts: Record<string, number>;
  settings: Record<string, string>;
  secret_keys: string[];
  progress: ProgressStep[];
}

export interface ConnectionRequest {
  vendor: string;
  name: string;
  time_zone: string;
  settings: Record<string, string>;
  secrets: Record<string, string>;
}

/** `attention`: it was saved, and the practice could not be reached just then. */
export interface ConnectionMade {
  id: Id;
  attention?: string;
}

export interface ConnectionTest {
  ok: boolean;
  practice_name?: string;
  vendor_version?: string;
  missing_rights: string[];
  clock_ahead_ms?: number;
  fault?: string;
  detail?: string;
}

/** What DELETE …?dry_run=true says would go. */
export interface Removal {
  items: { text: string; count?: number }[];
}

export interface DirectoryLocation {
  id: Id;
  name: string;
  city?: string;
}
export interface DirectoryPractitioner {
  id: Id;
  name: string;
  group?: string;
  locations?: Id[];
}
export interface DirectoryService {
  id: Id;
  name: string;
  minutes?: number;
}
export interface Directory {
  locations: DirectoryLocation[];
  practitioners: DirectoryPractitioner[];
  services: DirectoryService[];
}

export interface ActivityItem {
  at: Instant;
  kind: string;
  summary: string;
  patient?: { id: Id; name: string };
  app?: { id: Id; name: string } | string;
  outcome: string;
  reason?: string;
  command?: Id;
}

export interface QuarantineItem {
  id: Id;
  at: Instant;
  stream: string;
  reason: string;
  attempts?: number;
  connection?: { id: Id; name: string };
}

export interface CommandItem {
  id: Id;
  kind: string;
  state: string;
  at: Instant;
  summary?: string;
  reason?: string;
  attempts?: number;
  app?: { id: Id; name: string };
  connection?: { id: Id; name: string };
}

export interface CommandDetail extends CommandItem {
  history: { at: Instant; text: string }[];
  evidence: { label: string; value: string }[];
}

// ---- Grants -------------------------------------------------------------------------------------

export type SwitchName =
  | 'patients_in'
  | 'reports_out'
  | 'patients_out'
  | 'publish_availability'
  | 'take_bookings'
  | 'read_clinical_data'
  | 'referrals';

export type Choice = { kind: 'all' | 'these'; ids: Id[] };

/** A place that an app works at, as its developer lists it. */
export interface AppLocation {
  id: string;
  name: string;
}

/** A key of a connection, for what runs at a practice. */
export interface AccessKey {
  n: number;
  kind: 'agent' | 'extension';
  name: string;
  made_by?: string;
  created_at: Instant;
  last_used_at?: Instant | null;
}

export interface AccessKeyMade {
  n: number;
  kind: 'agent' | 'extension';
  name: string;
  key: string;
}

export interface GrantRules {
  mode: 'on_visit' | 'all';
  switches: Partial<Record<SwitchName, boolean>>;
  locations: { id: Id; app_location: string }[];
  all_locations_to?: string | null;
  practitioners: Choice;
  services: Choice;
}

export interface Grant extends GrantRules {
  id: Id;
  app: { id: Id; name: string };
  connection: { id: Id; name: string };
  revoked: boolean;
  /** Which practitioner a user of the app is. */
  user_links?: UserLink[];
}

export interface UserLink {
  user: string;
  practitioner: { id: Id; name: string };
  state: string;
  cause?: string;
  linked_at: Instant;
}

export interface GrantPreview {
  visits: number;
  shared: number;
  days: number;
  /** False: no visit was ever read, so there is nothing to count; `text` says what will happen. */
  known?: boolean;
  text?: string;
  reasons: { reason: string; count: number }[];
}

// ---- Patients, audit ----------------------------------------------------------------------------

export interface PatientSummary {
  id: Id;
  name: string;
  birth_date?: string;
  gender?: string;
  visible_to?: string[];
  last_visit_at?: Instant | null;
  connection?: { id: Id; name: string };
}

export interface Patient {
  id: Id;
  name: string;
  birth_date?: string;
  gender?: string;
  identifiers: { system: string; value: string }[];
  telecom: { system: string; value: string; use?: string }[];
  address?: string | { text: string }[];
  visible_to: { app: { id: Id; name: string } | string; since: Instant }[];
  history: { at: Instant; text: string }[];
}

export interface AuditItem {
  seq?: number;
  at: Instant;
  who: string;
  role?: string;
  action: string;
  object?: string;
  summary?: string;
  /** What was done, in words. */
  text?: string;
  outcome?: string;
  address?: string;
  organization?: { id: Id; name: string };
}

export interface AuditVerification {
  ok: boolean;
  entries: number;
  broken_at?: number;
  detail?: string;
}

// ---- Developer ----------------------------------------------------------------------------------

export interface AppSecret {
  n: number;
  created_at: Instant;
  expires_at?: Instant | null;
  last_used_at?: Instant | null;
}

export interface App {
  id: Id;
  name: string;
  client_id: string;
  description?: string;
  created_at?: Instant;
  secrets?: AppSecret[];
  grants?: { id: Id; organization: { id: Id; name: string }; connection: { id: Id; name: string } }[];
  last_used_at?: Instant | null;
}

export interface AppMade {
  id: Id;
  client_id: string;
  client_secret: string;
}

export interface SecretMade {
  n?: number;
  client_secret: string;
  old_valid_until?: Instant | null;
}

export interface UsagePoint {
  at: Instant;
  requests: number;
  errors: number;
  p50_ms?: number;
  p95_ms?: number;
  p99_ms?: number;
  deliveries?: { attempts: number; failed: number; p50_ms?: number; p95_ms?: number; p99_ms?: number };
  /** Appointments that the app booked. */
  bookings?: number;
}
export interface Usage {
  points: UsagePoint[];
}

export interface Webhook {
  id: Id;
  url: string;
  events: string[];
  state: string;
  created_at?: Instant;
  last_status?: number | null;
  last_error?: string | null;
  last_delivered_at?: Instant | null;
  failing_since?: Instant | null;
  pending?: number;
}

export interface WebhookSecretMade {
  secret: string;
}

export interface WebhookTest {
  ok: boolean;
  status?: number;
  detail?: string;
  latency_ms?: number;
}

export interface Delivery {
  id: Id;
  event_type: string;
  state: string;
  attempts: number;
  last_status: number | null;
  last_error: string | null;
  due_at: Instant | null;
  delivered_at: Instant | null;
  record?: string;
  at?: Instant;
}

export interface DeliveryDetail extends Delivery {
  payload: unknown;
  headers: Record<string, string>;
  response_excerpt: string | null;
}

export interface Sandbox {
  id: Id;
  vendor: string;
  state: string;
  page_url: string;
  connection?: Id;
  created_at?: Instant;
}

// ---- Operator -----------------------------------------------------------------------------------

export interface NodeInfo {
  name: string;
  state: string;
  version?: string;
  started_at?: Instant;
  cpu_percent?: number;
  memory_bytes?: number;
}

export interface OperatorOverview {
  nodes: NodeInfo[];
  connections_by_state: Record<string, number>;
  queues: Record<string, number | string | null>;
  disk: { free_bytes: number; used_bytes?: number; total_bytes?: number };
  version: string;
}

export interface LogItem {
  at: Instant;
  level: string;
  text: string;
  module?: string;
  fields?: Record<string, string>;
}

export interface Backup {
  id?: Id;
  name: string;
  at: Instant;
  bytes: number;
}

export interface OperatorUser {
  id: Id;
  name: string;
  email: string;
  operator: boolean;
  developer: boolean;
  disabled: boolean;
  second_factor: boolean;
  last_seen_at?: Instant | null;
  memberships?: Membership[];
}
