// SPDX-License-Identifier: Apache-2.0
// Answers /portal/api with made-up data, for developing and for screenshots. Never in the bundle.
//
// Which person is signed in is the cookie `mock` (admin where there is none): out, code, enrol, admin,
// limited, developer, operator, empty. More cookies shape answers: `mock-slow` (milliseconds),
// `mock-fail` (part of an address whose answers fail) and `mock-locale`.
import { ago, ahead, id, locations, patients, person, pick, practitioners, qr, random, services, vendors } from './mock-data.mjs';

const orgs = [
  { id: 'org-1', name: 'Sunrise Medical Group', connections: 2, members: 7 },
  { id: 'org-2', name: 'The Royal Northern Rivers Community Skin Cancer and General Practice Cooperative', connections: 1, members: 3 },
  { id: 'org-3', name: 'New practice', connections: 0, members: 1 },
];
const people = {
  admin: { name: 'Rosalind Hargreaves', email: 'rosalind@sunrise.example', memberships: [[0, 'admin'], [1, 'staff'], [2, 'admin']] },
  empty: { name: 'Rosalind Hargreaves', email: 'rosalind@sunrise.example', memberships: [[2, 'admin']] },
  limited: { name: 'Front desk', email: 'desk@sunrise.example', memberships: [[0, 'limited']] },
  developer: { name: 'Devi Anand', email: 'devi@dermengine.example', developer: true, memberships: [] },
  operator: { name: 'Ola Petersen', email: 'ola@pons.example', operator: true, memberships: [] },
};

const connections = [
  {
    id: 'con-1', name: 'Best Practice at Sunrise', vendor: 'best_practice', vendor_name: 'Best Practice', organization: 'org-1', state: 'active', time_zone: 'Australia/Brisbane',
    since: ago(86400 * 40), last_success_at: ago(4), practice_name: 'Sunrise Medical Centre', organization_name: orgs[0].name,
    read: { state: 'active', last_success_at: ago(4) }, write: { state: 'active', last_success_at: ago(660) },
    counts: { patients: 10000, appointments: 4211, practitioners: 500, services: 200, locations: 3 },
    settings: { transport: 'odbc', server: 'SUNRISE-SRV\\BPSINSTANCE', database: 'BPSPatients' }, secret_keys: ['password'],
    progress: [
      { text: 'Signed in', state: 'done', at: ago(300) }, { text: 'Directory read', state: 'done', at: ago(290) },
      { text: 'Patients read', state: 'done', at: ago(120) },
    ],
  },
  {
    id: 'con-2', name: 'Best Practice at Childers', vendor: 'best_practice', organization: 'org-1', state: 'attention', time_zone: 'Australia/Brisbane',
    cause: 'Best Practice refused the password. It is the Database browser password (Setup > Configuration > Database), not your own',
    since: ago(5400), last_success_at: ago(5460), practice_name: 'Sunrise Childers',
    read: { state: 'attention', cause: 'password refused', since: ago(5400), last_success_at: ago(5460) }, write: { state: 'waiting' },
    counts: { patients: 2104, appointments: 310, practitioners: 6, services: 41, locations: 1 },
    settings: { server: 'CHILDERS\\BPSINSTANCE', database: 'BPSPatients' }, secret_keys: ['password'], progress: [],
  },
  {
    id: 'con-3', name: 'Hervey Bay over Halo', vendor: 'best_practice', organization: 'org-1', state: 'active', time_zone: 'Australia/Brisbane',
    since: ago(86400 * 6), last_success_at: ago(11), practice_name: 'Sunrise Skin and Laser', organization_name: orgs[0].name,
    read: { state: 'active', last_success_at: ago(11) }, write: { state: 'active', last_success_at: ago(3600) },
    counts: { patients: 0, appointments: 118, practitioners: 9, services: 23, locations: 1 },
    settings: { transport: 'halo', halo_site_id: '104711', halo_guid: 'b2f2c7aa' }, secret_keys: [], progress: [], next_step: 'Choose what is shared with which app.',
    vendor_requests: {
      today: { query: 1184 }, total_7_days: 14022, last_7_days: [3, 2010, 2990, 2954, 3017, 1864, 1184].map((n, i) => ({ day: ago((6 - i) * 86400).slice(0, 10), word: 'query', count: n })),
      cost_words: 'With these opening hours and paces about 3,000 queries on a working day: 1,200 for visits, the rest for the diary and patients.',
    },
  },
];
const apps = [
  {
    id: 'app-1', name: 'DermEngine', client_id: 'app-1', description: 'Skin imaging and lesion tracking', created_at: ago(86400 * 90), last_used_at: ago(3),
    secrets: [{ n: 1, created_at: ago(86400 * 90), last_used_at: ago(3) }],
    grants: [{ id: 'grant-1', organization: { id: 'org-1', name: orgs[0].name }, connection: { id: 'con-1', name: connections[0].name } }],
  },
  { id: 'app-2', name: 'Recall reminders', client_id: 'app-2', created_at: ago(86400 * 2), secrets: [{ n: 1, created_at: ago(86400 * 2) }], grants: [] },
];
const directory = { locations, practitioners: practitioners(500), services: services(200) };
const everyone = patients(10000);
const grant = {
  id: 'grant-1', app: { id: 'app-1', name: 'DermEngine' }, connection: { id: 'con-1', name: connections[0].name }, mode: 'on_visit',
  switches: { patients_in: true, reports_out: true, patients_out: false, publish_availability: false, take_bookings: false, read_clinical_data: false, referrals: false },
  locations: [{ id: 'loc-1', app_location: 'bundaberg' }], all_locations_to: null,
  user_links: [{ user: 'a.papadopoulos@dermengine.example', practitioner: { id: 'prac-00001', name: directory.practitioners[0].name }, state: 'active', linked_at: ago(86400 * 9) }, { user: 'locum.from.the.royal.northern.rivers@dermengine.example', practitioner: { id: 'prac-00005', name: directory.practitioners[4].name }, state: 'ended', cause: 'no longer works at the practice', linked_at: ago(86400 * 60) }],
  practitioners: { kind: 'these', ids: directory.practitioners.slice(0, 3).map((p) => p.id) }, services: { kind: 'all', ids: [] }, revoked: false,
};
const webhooks = [
  { id: 'hook-1', url: 'https://api.dermengine.example/pons/webhooks', events: ['encounter.created', 'patient.updated'], state: 'active', created_at: ago(86400 * 80), last_status: 200, last_delivered_at: ago(4), pending: 0 },
  { id: 'hook-2', url: 'https://staging.dermengine.example/a/very/long/address/that/wraps/webhooks', events: ['*'], state: 'failing', created_at: ago(86400 * 5), last_status: 503, last_error: 'answered 503 Service Unavailable', failing_since: ago(7200), pending: 31 },
];
const notes = [
  { id: 'n-1', at: ago(5400), kind: 'credential_rejected', title: 'The practice’s system refuses the password', text: 'Best Practice at Childers refused the password.', link: '/o/org-1/connections/con-2', read: false },
  { id: 'n-2', at: ago(86400), kind: 'new_practitioner', title: 'Somebody new works at the practice', text: 'Two practitioners at Sunrise Medical Centre are new, and DermEngine has no answer for them.', link: '/o/org-1/apps/grant-1', read: false },
  { id: 'n-3', at: ago(86400 * 3), kind: 'importer_not_running', title: 'What apps send does not arrive', text: 'Four reports wait because the results import at Sunrise is not running.', read: true },
];
const activity = Array.from({ length: 300 }, (_, i) => {
  const shared = random() < 0.7;
  return {
    at: ago(4 + i * 97), kind: i % 5 === 4 ? 'command' : 'visit', summary: i % 5 === 4 ? 'Report put into the inbox' : 'Visit started',
    patient: { id: id('pat', i + 1), name: everyone[i].name }, app: { id: 'app-1', name: 'DermEngine' },
    outcome: shared ? 'shared' : 'not shared', reason: shared ? undefined : pick(['the practitioner is not shared', 'the appointment type is not shared', 'the location is not mapped']),
  };
});
const audit = Array.from({ length: 500 }, (_, i) => ({
  seq: 5000 - i, at: ago(i * 311), who: pick(['Rosalind Hargreaves', 'Front desk', 'DermEngine']), role: pick(['admin', 'staff', 'app']),
  action: 'portal', object: id('obj', i), text: pick(['Looked at a patient', 'Changed the filters of DermEngine', 'Signed in', 'Paused Best Practice at Sunrise', 'Looked for patients: 12 shown']), outcome: i % 31 === 5 ? 'refused' : 'done', organization: i % 4 ? orgs[i % 2] : undefined,
}));
const deliveries = Array.from({ length: 120 }, (_, i) => {
  const failed = i % 7 === 3;
  return {
    id: String(9000 - i), event_type: pick(['encounter.created', 'patient.updated', 'appointment.updated']), state: failed ? 'queued' : 'delivered', attempts: failed ? 4 : 1,
    last_status: failed ? 503 : 200, last_error: failed ? 'answered 503 Service Unavailable' : null, due_at: failed ? ahead(900) : null, delivered_at: failed ? null : ago(i * 60), record: `Encounter/${id('enc', i)}`, at: ago(i * 60),
  };
});
const attemptsOf = (d) => [3600, 900, 240, 30].slice(0, d.attempts).map((s, i) => (d.delivered_at
  ? { at: d.delivered_at, status: 200, latency_ms: 84 }
  : i === 1 ? { at: ago(s), error: 'no answer within 10 s', latency_ms: 10_000 } : { at: ago(s), status: 503, latency_ms: 120 + i, response_excerpt: '{"error":"deploying, back in a minute"}' }));
const requests = Array.from({ length: 400 }, (_, i) => ({
  seq: 9000 - i, at: ago(i * 41), action: pick(['read', 'search', 'create']), object: pick(['Patient', `Patient/${id('pat', i)}`, 'Appointment', `Encounter/${id('enc', i)}`]),
  status: i % 23 === 7 ? 403 : i % 57 === 9 ? 422 : 200, records: i % 23 === 7 ? undefined : 1 + (i % 20), reference: `req-7f3a9${String(i).padStart(3, '0')}`,
}));
const places = [{ id: 'bundaberg', name: 'Bundaberg' }, { id: 'hervey-bay', name: 'Hervey Bay' }, { id: 'telehealth', name: 'Telehealth' }];
const accessKeys = [
  { n: 1, kind: 'agent', name: 'SUNRISE-SRV', made_by: 'Rosalind Hargreaves', created_at: ago(86400 * 20), last_used_at: ago(9) },
  { n: 2, kind: 'extension', name: 'Front desk, left screen', made_by: 'Rosalind Hargreaves', created_at: ago(86400 * 3), last_used_at: null },
];
const commands = [
  { id: 'cmd-1', kind: 'attach-document', kind_words: 'put a document into the record', reference: 'ABCDEFGHJK', state: 'needs-person', at: ago(3600), summary: 'Report for a patient, sent to the inbox', reason: 'no answer came after it was sent, and it was not found', attempts: 1, app: { id: 'app-1', name: 'DermEngine' }, connection: { id: 'con-1', name: connections[0].name } },
];

function sessionOf(who, locale = 'en-AU') {
  const as = who === 'code' || who === 'enrol' ? 'admin' : who;
  const p = people[as] ?? people.admin;
  return {
    user: {
      id: `user-${as}`, name: p.name, email: p.email, locale, operator: p.operator ?? false, developer: p.developer ?? false,
      second_factor: as !== 'developer' && as !== 'limited' && who !== 'enrol',
      memberships: p.memberships.map(([n, role]) => ({ organization: { id: orgs[n].id, name: orgs[n].name }, role })),
    },
    csrf: 'mock-csrf', sandboxes: true,
    state: who === 'code' ? 'second_factor_due' : who === 'enrol' ? 'enrol_due' : 'signed_in',
  };
}

const words = (row) => JSON.stringify(row).toLowerCase();
function page(rows, query) {
  const q = (query.get('q') ?? '').toLowerCase();
  const found = rows.filter((row) => (!q || words(row).includes(q)) && (!query.get('state') || row.state === query.get('state')) && (!query.get('kind') || row.kind === query.get('kind')));
  const start = Number(query.get('cursor') ?? 0);
  const limit = Math.min(Number(query.get('limit') ?? 100), 500);
  return { items: found.slice(start, start + limit), next: start + limit < found.length ? String(start + limit) : null, total: found.length };
}

class Refusal extends Error {
  constructor(status, title, detail, code, field) {
    super(detail);
    Object.assign(this, { status, title, code, field });
  }
}
const nothing = () => new Refusal(404, 'Nothing is here', 'It is not here any more, or never was. Go back and choose another.', 'not_found');
const find = (rows, key) => rows.find((row) => row.id === key) ?? (() => { throw nothing(); })();
const summary = (org, empty) => ({
  id: org.id, name: org.name, connections: org.connections, members: org.members, shared_today: empty ? 0 : 12, last_change_at: empty ? null : ago(4),
  attention: empty ? [] : [{ text: 'Best Practice at Childers refused the password. Nothing arrives from there.', link: `/o/${org.id}/connections/con-2` }],
});
const preview = () => ({ known: true, text: 'Of last week’s 212 visits, 87 would have been shared.', visits: 212, shared: 87, days: 7, reasons: [{ reason: 'The practitioner is not shared', count: 96 }, { reason: 'The location is not mapped', count: 29 }] });
const usage = (days) => ({
  points: Array.from({ length: days }, (_, i) => ({ at: ago((days - i) * 86400), requests: 800 + Math.floor(random() * 900), errors: Math.floor(random() * 9), p50_ms: 3 + random() * 2, p95_ms: 9 + random() * 4, p99_ms: 14 + random() * 20, bookings: i % 5 === 2 ? 3 : 0, deliveries: { attempts: 200 + Math.floor(random() * 100), failed: Math.floor(random() * 12), p50_ms: 80 + random() * 20, p95_ms: 180 + random() * 60, p99_ms: 300 + random() * 300 } })),
});
const ofOrg = (org) => (org === 'org-1' ? connections : []);

/** A code is good where it begins with A; a site of zeros is switched off, one of ones too old. */
function paired({ settings, secrets }) {
  const refuse = (field, detail, code = 'rejected') => { throw new Refusal(422, 'Not paired', detail, code, field); };
  if (/^0+$/.test(settings.halo_site_id)) throw new Refusal(503, 'Not paired', 'The practice’s server is offline. Start it, see that Halo Link runs on it, and press the button again: the code is not used up.', 'unavailable');
  if (/^1+$/.test(settings.halo_site_id)) refuse(undefined, 'This version of Best Practice is too old for Halo Connect (Orchid SP2 or before). Update to Spectra or later, or connect directly over your network.', 'unsupported');
  if (!/^A/.test(secrets.halo_pairing_code)) refuse('halo_pairing_code', 'This code is wrong or was used already. Press Generate Pairing Code again in Best Practice and type the new one.');
}

/** [method, pattern, handler(params, query, body, session, who)], first match wins. */
const routes = [
  ['POST', '/session', (_p, _q, body) => {
    if (body.password === 'wrong') throw new Refusal(401, 'Not signed in', 'The address or the password is wrong. After five wrong tries you wait a little longer each time.', 'unauthenticated');
    return { ...sessionOf('code'), cookie: 'code' };
  }],
  ['POST', '/session/second_factor', (_p, _q, body) => {
    if (body.code === '000000') throw new Refusal(401, 'Not signed in', 'This code was not right. Wait for the next one that the app shows.', 'unauthenticated', 'code');
    return { ...sessionOf('admin'), cookie: 'admin' };
  }],
  ['DELETE', '/session', () => ({ cookie: 'out' })],
  ['GET', '/sessions', () => [
    { id: 's-1', current: true, created_at: ago(3600), last_seen_at: ago(2), address: '203.0.113.9', browser: 'Firefox on Windows' },
    { id: 's-2', current: false, created_at: ago(86400 * 4), last_seen_at: ago(86400), address: '2001:db8:42::17', browser: 'Safari on iPhone' },
  ]],
  ['DELETE', '/sessions', () => ({ cookie: 'out' })],
  ['POST', '/first_start', () => ({ ...sessionOf('enrol'), cookie: 'enrol' })],
  ['GET', '/invitations/:token', (p) => {
    if (p.token === 'used') throw new Refusal(404, 'This invitation does not work', 'The invitation was used already or is too old. Ask for a new one.', 'not_found');
    return { organization: { id: 'org-1', name: orgs[0].name }, email: 'new@sunrise.example', role: 'staff', invited_by: 'Rosalind Hargreaves', expires_at: ahead(86400 * 5), existing: p.token === 'existing' };
  }],
  ['POST', '/invitations/:token', () => ({ ...sessionOf('limited'), cookie: 'limited' })],
  ['POST', '/password/forgot', () => ({ message: 'If that address has an account, a link is on its way. It is good for one hour.' })],
  ['POST', '/password/reset', () => undefined],
  ['PATCH', '/account', (_p, _q, body) => {
    if (body.current_password === 'wrong') throw new Refusal(422, 'Not changed', 'The current password is not right.', 'rejected', 'current_password');
  }],
  ['POST', '/account/second_factor/confirm', (_p, _q, body) => {
    if (body.code === '000000') throw new Refusal(422, 'Not confirmed', 'This code was not right. Wait for the next one that the app shows.', 'rejected', 'code');
    return { recovery_codes: ['k7mq-2xnp', 'w3hd-9rtc', 'b8vz-4jya', 'p6fe-7ksu', 'n2gx-5mwb', 'h9ct-3dqr', 't4ye-8pvk', 'z5ra-6nhj'], cookie: 'admin' };
  }],
  ['POST', '/account/second_factor', () => ({ secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', uri: 'otpauth://totp/Pons', qr_svg: qr })],
  ['GET', '/account/notifications', () => ({
    email: { credential_rejected: true, unreachable: true, new_practitioner: false, importer_not_running: true },
    kinds: [
      { kind: 'credential_rejected', text: 'The practice’s system refuses the password' }, { kind: 'unreachable', text: 'The practice’s system has not been reachable for 10 minutes' },
      { kind: 'new_practitioner', text: 'A practitioner is new, and no filter says whether to share' }, { kind: 'importer_not_running', text: 'Reports wait because nobody imports them, or something cannot be written' },
    ],
  })],
  ['GET', '/notifications', (_p, q, _b, _s, who) => page(who === 'admin' ? notes : [], q)],
  ['POST', '/notifications/:id/read', (p) => { find(notes, p.id).read = true; }],

  ['GET', '/organizations', (_p, q, _b, s) => page(s.user.operator ? orgs : orgs.filter((o) => s.user.memberships.some((m) => m.organization.id === o.id)), q)],
  ['GET', '/organizations/:org', (p) => summary(find(orgs, p.org), p.org === 'org-3')],
  ['GET', '/organizations/:org/members', (_p, q) => page([
    { id: 'u-1', name: 'Rosalind Hargreaves', email: 'rosalind@sunrise.example', role: 'admin', second_factor: true, last_seen_at: ago(2) },
    { id: 'u-2', name: 'Front desk', email: 'desk@sunrise.example', role: 'limited', second_factor: false, last_seen_at: ago(900) },
    { id: 'u-3', name: '', email: 'new@sunrise.example', role: 'staff', second_factor: false, invited: true },
  ], q)],
  ['POST', '/organizations/:org/members', () => ({ invitation_url: 'http://127.0.0.1:5180/portal/invitation#abcd1234', mailed: false })],
  ['GET', '/vendors', () => vendors],
  ['GET', '/organizations/:org/connections', (p, q) => page(ofOrg(p.org), q)],
  ['POST', '/organizations/:org/connections/test', (_p, _q, body) => (body.secrets?.password === 'wrong'
    ? { ok: false, missing_rights: [], fault: 'credential', detail: 'Best Practice refused the password. It is the Database browser password (Setup > Configuration > Database), not your own.' }
    : { ok: true, practice_name: 'Sunrise Medical Centre', vendor_version: '1.12.1.1012', missing_rights: [], clock_ahead_ms: 340 })],
  ['POST', '/organizations/:org/connections', (_p, _q, body) => {
    if (body.settings?.transport !== 'halo') return { ...connections[0], id: 'con-1' };
    paired(body);
    return { id: 'con-3', name: body.name };
  }],
  ['PATCH', '/connections/:id', (p, _q, body) => {
    const connection = find(connections, p.id);
    if (body.settings?.transport === 'halo') paired(body);
    if (body.paused !== undefined) connection.state = body.paused ? 'paused' : 'active';
  }],
  ['GET', '/connections/:id', (p) => find(connections, p.id)],
  ['DELETE', '/connections/:id', () => ({ items: [{ text: 'patients that DermEngine sees', count: 412 }, { text: 'settings of one app' }] })],
  ['GET', '/connections/:id/directory', () => directory],
  ['GET', '/connections/:id/activity', (_p, q) => page(activity, q)],
  ['GET', '/connections/:id/quarantine', (_p, q) => page([], q)],
  ['GET', '/connections/:id/commands', (_p, q) => page(commands, q)],
  ['GET', '/organizations/:org/grants', (p, q) => page(p.org === 'org-1' ? [grant] : [], q)],
  ['POST', '/organizations/:org/grants/preview', preview],
  ['POST', '/organizations/:org/grants', () => grant],
  ['GET', '/grants/:id', () => grant],
  ['POST', '/grants/:id/preview', preview],
  ['PATCH', '/grants/:id', (_p, _q, body) => Object.assign(grant, body)],
  ['GET', '/organizations/:org/patients', (p, q) => page(p.org === 'org-3' ? [] : everyone, q)],
  ['GET', '/patients/:id', (p) => ({
    ...find(everyone, p.id), identifiers: [{ system: 'Medicare number', value: '2950 45678 1' }], telecom: [{ system: 'phone', value: '0412345678', use: 'mobile' }], address: '12 Barolin Street, Bundaberg QLD 4670',
    visible_to: [{ app: { id: 'app-1', name: 'DermEngine' }, since: ago(86400 * 2) }], history: [{ at: ago(86400 * 2), text: 'A visit started; shown to DermEngine' }, { at: ago(86400 * 2 + 9), text: 'Read from Best Practice' }],
  })],
  ['GET', '/organizations/:org/audit', (_p, q) => page(audit, q)],
  ['GET', '/operator/audit', (_p, q) => page(audit, q)],
  ['GET', '/operator/audit/verify', () => ({ ok: true, entries: 5000 })],

  ['GET', '/apps', (_p, q) => page(apps, q)],
  ['POST', '/apps', () => ({ id: 'app-3', client_id: 'app-3', client_secret: 'pons_sk_4Rk0pXv7Lw2Zq9Ty6Nb1Mc8Hd3Jf5Gs' })],
  ['GET', '/apps/:id', (p) => find(apps, p.id)],
  ['POST', '/apps/:id/secrets', () => ({ n: 2, client_secret: 'pons_sk_9Ty6Nb1Mc8Hd3Jf5Gs4Rk0pXv7Lw2Zq', old_valid_until: ahead(86400) })],
  ['GET', '/apps/:id/usage', (_p, q) => usage(Number(q.get('days') ?? 14))],
  ['GET', '/apps/:id/webhooks', (p, q) => page(p.id === 'app-1' ? webhooks : [], q)],
  ['POST', '/apps/:id/webhooks', () => ({ ...webhooks[0], id: 'hook-3', secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' })],
  ['POST', '/webhooks/:id/test', () => ({ ok: true, status: 200, latency_ms: 84 })],
  ['POST', '/webhooks/:id/secret', () => ({ secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' })],
  ['GET', '/webhooks/:id/deliveries', (_p, q) => page(deliveries, q)],
  ['GET', '/webhooks/:id/deliveries/:n', (p) => ({
    ...find(deliveries, p.n), event_id: `msg_2b9q${p.n}`, attempt_log: attemptsOf(find(deliveries, p.n)), payload: { type: 'encounter.created', timestamp: ago(60), data: { resource: 'Encounter/enc-00001' } },
    headers: { 'webhook-id': 'msg_2b', 'webhook-timestamp': '1795320000', 'webhook-signature': 'v1,…' }, response_excerpt: '{"received":true}',
  })],
  ['GET', '/apps/:id/requests', (_p, q) => page(requests.filter((r) => !q.get('outcome') || (q.get('outcome') === 'ok') === (r.status < 400)), q)],
  ['GET', '/apps/:id/locations', (p) => (p.id === 'app-1' ? places : [])],
  ['PUT', '/apps/:id/locations', (_p, _q, body) => body.items],
  ['GET', '/organizations/:org/apps', () => apps.map((a) => ({ id: a.id, name: a.name, description: a.description, locations: a.id === 'app-1' ? places : [] }))],
  ['PATCH', '/organizations/:org', (p, _q, body) => Object.assign(find(orgs, p.org), { name: body.name })],
  ['GET', '/connections/:id/keys', (p) => (p.id === 'con-1' ? accessKeys : [])],
  ['POST', '/connections/:id/keys', (_p, _q, body) => ({ n: 9, ...body, key: 'pons_agent_4Rk0pXv7Lw2Zq9Ty6Nb1Mc8Hd3Jf5Gs' })],
  ['GET', '/sandboxes', () => [{ id: 'sb-1', vendor: 'best_practice', state: 'running', page_url: 'http://127.0.0.1:7100/', connection: 'con-1', created_at: ago(600) }]],

  ['GET', '/operator/overview', () => ({
    nodes: [{ name: 'pons-1', state: 'running', version: '0.1.0', started_at: ago(86400 * 3), cpu_percent: 7, memory_bytes: 91e6 }],
    connections_by_state: { active: 41, attention: 2, paused: 1 }, queues: { deliveries: 31, deliveries_oldest: ago(7200), commands: 1, commands_oldest: ago(3600) },
    disk: { free_bytes: 61e9, total_bytes: 100e9 }, version: '0.1.0',
  })],
  ['GET', '/operator/quarantine', (_p, q) => page([{ id: 'q-1', at: ago(900), stream: 'appointments', reason: 'The appointment names a practitioner that does not exist', attempts: 3, connection: { id: 'con-1', name: connections[0].name } }], q)],
  ['GET', '/operator/commands', (_p, q) => page(commands, q)],
  ['GET', '/operator/commands/:id', (p) => ({ ...find(commands, p.id), history: [{ at: ago(3600), text: 'Accepted from DermEngine' }, { at: ago(3598), text: 'Sent' }, { at: ago(3568), text: 'No answer within 30 s' }], evidence: [{ label: 'Looked for reference', value: 'ABCDEFGHJK: not found' }] })],
  ['GET', '/operator/logs', (_p, q) => page(Array.from({ length: 200 }, (_, i) => ({ at: ago(i * 13), level: i % 9 === 0 ? 'warning' : 'info', module: pick(['sync', 'delivery', 'net']), text: pick(['sweep done', 'webhook answered 503, next try in 15 min', 'lease renewed']) })), q)],
  ['GET', '/operator/backups', () => [{ name: 'pons-2026-11-21.db', at: ago(86400), bytes: 812e6 }]],
  ['GET', '/operator/users', (_p, q) => page(Array.from({ length: 60 }, (_, i) => ({ id: id('user', i), name: person(), email: `person${i}@clinic.example`, operator: i === 0, developer: i % 9 === 1, disabled: i % 17 === 5, second_factor: i % 2 === 0, last_seen_at: i % 5 ? ago(i * 4000) : null, memberships: [] })), q)],
  ['*', '*', (_p, _q, _b, _s, _w, method) => {
    if (method === 'GET') throw nothing();
    return {};
  }],
];

function match(pattern, path) {
  if (pattern === '*') return {};
  const [want, have] = [pattern.split('/'), path.split('/')];
  if (want.length !== have.length) return null;
  const params = {};
  for (let i = 0; i < want.length; i += 1) {
    if (want[i].startsWith(':')) params[want[i].slice(1)] = decodeURIComponent(have[i]);
    else if (want[i] !== have[i]) return null;
  }
  return params;
}

const open = /^\/(session|first_start|invitations|password)(\/|$)/;

export function createMock() {
  return async (request, response, next) => {
    const url = new URL(request.url, 'http://mock');
    if (!url.pathname.startsWith('/portal/api/')) return next();
    const path = url.pathname.slice('/portal/api'.length);
    const cookies = Object.fromEntries((request.headers.cookie ?? '').split(/; */).map((c) => c.split('=')).filter((c) => c.length === 2));
    const who = cookies.mock ?? 'admin';
    let text = '';
    for await (const part of request) text += part;
    const send = (status, body, type = 'application/json') => {
      const headers = { 'Content-Type': type };
      if (body?.cookie) headers['Set-Cookie'] = `mock=${body.cookie}; Path=/`;
      response.writeHead(body === undefined ? 204 : status, headers);
      response.end(body === undefined ? undefined : JSON.stringify({ ...(Array.isArray(body) ? { items: body, next: null, total: body.length } : body), cookie: undefined }));
    };
    if (path !== '/session') await new Promise((done) => setTimeout(done, Number(cookies['mock-slow'] ?? 0)));
    try {
      if (cookies['mock-fail'] && path.includes(cookies['mock-fail'])) throw new Refusal(503, 'The server is busy', 'The store did not answer in time. Nothing was changed; try again in a minute.', 'unavailable');
      if (path === '/session' && request.method === 'GET') {
        if (who === 'out') throw new Refusal(401, 'Not signed in', 'Sign in first.', 'unauthenticated');
        return send(200, sessionOf(who, cookies['mock-locale']));
      }
      if (!open.test(path) && who === 'out') throw new Refusal(401, 'Not signed in', 'Sign in first.', 'unauthenticated');
      for (const [method, pattern, handle] of routes) {
        const params = method === '*' || method === request.method ? match(pattern, path) : null;
        if (params) return send(200, handle(params, url.searchParams, text ? JSON.parse(text) : {}, sessionOf(who), who, request.method));
      }
      return next();
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      return send(refusal.status, { status: refusal.status, title: refusal.title, detail: refusal.message, code: refusal.code, field: refusal.field, reference: 'req-7f3a91c2' }, 'application/problem+json');
    }
  };
}
