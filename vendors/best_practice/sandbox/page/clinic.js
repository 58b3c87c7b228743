// SPDX-License-Identifier: Apache-2.0
// The control port as this page uses it, and how the page writes times, names and statuses. Every
// call answers JSON or throws a ClinicError whose message is fit for a person.

export class ClinicError extends Error {
  constructor(message, status = 0) {
    super(message);
    this.status = status;  // 0: nobody answered
  }
}

async function call(method, path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers: body === undefined ? {} : {'content-type': 'application/json'},
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: 'no-store',
    });
  } catch {
    throw new ClinicError('The practice does not answer. Check that the sandbox is running.');
  }
  let json = null;
  try {
    json = await answer.json();
  } catch {
    json = null;
  }
  if (!answer.ok) {
    throw new ClinicError(json?.error || `The practice answered with error ${answer.status}.`,
                          answer.status);
  }
  return json ?? {};
}

const id = encodeURIComponent;

export const clinic = {
  state: () => call('GET', 'state'),
  seed: (size) => call('POST', 'seed', size),
  practice: () => call('GET', 'clinic/practice'),
  locations: () => call('GET', 'clinic/locations'),
  practitioners: () => call('GET', 'clinic/practitioners'),
  types: () => call('GET', 'clinic/appointment_types'),
  diary: (date, location) => call('GET', `clinic/diary?date=${id(date)}` +
                                             (location ? `&location=${id(location)}` : '')),
  visits: (date) => call('GET', `clinic/visits?date=${id(date)}`),
  search: (text, limit = 8) => call('GET', `clinic/patients?search=${id(text)}&limit=${limit}`),
  patient: (patient) => call('GET', `clinic/patients/${id(patient)}`),
  addPatient: (fields) => call('POST', 'clinic/patients', fields),
  editPatient: (patient, fields) => call('PATCH', `clinic/patients/${id(patient)}`, fields),
  addHistory: (patient, entry) => call('POST', `clinic/patients/${id(patient)}/history`, entry),
  book: (fields) => call('POST', 'clinic/appointments', fields),
  editAppointment: (appointment, fields) =>
      call('PATCH', `clinic/appointments/${id(appointment)}`, fields),
  free: (practitioner, date) =>
      call('GET', `clinic/free?practitioner=${id(practitioner)}&date=${id(date)}`),
  away: () => call('GET', 'clinic/away'),
  setAway: (fields) => call('POST', 'clinic/away', fields),
  takeBackAway: (away) => call('DELETE', `clinic/away/${id(away)}`),
  reports: () => call('GET', 'clinic/reports'),
  editReport: (report, fields) => call('PATCH', `clinic/reports/${id(report)}`, fields),
  images: (patient) => call('GET', `clinic/images?patient=${id(patient)}`),
  importer: () => call('GET', 'clinic/importer'),
  setImporter: (fields) => call('POST', 'clinic/importer', fields),
  integrations: () => call('GET', 'clinic/integrations'),
  setIntegrations: (fields) => call('POST', 'clinic/integrations', fields),
  pair: () => call('POST', 'clinic/pairing', {}),
  startVisit: (fields) => call('POST', 'clinic/visits', fields),
  finishVisit: (visit) => call('PATCH', `clinic/visits/${id(visit)}`, {finish: true}),
};

// ---- Words -------------------------------------------------------------------------------------

// Every status has a word and a shape; the colour repeats them. `done`: nothing more to do.
export const STATUSES = {
  booked: {word: 'Booked', shape: '<circle cx="6" cy="6" r="4" class="hollow"/>'},
  waiting: {word: 'Waiting', shape: '<path d="M6 1.5 11 10.5H1Z"/>'},
  with: {word: 'With doctor', shape: '<circle cx="6" cy="6" r="4.5"/>'},
  billing: {word: 'At billing', shape: '<path d="M6 1 11 6 6 11 1 6Z"/>', done: true},
  invoiced: {word: 'Invoiced', shape: '<rect x="1.5" y="1.5" width="9" height="9"/>', done: true},
  completed: {word: 'Completed', shape: '<path d="m2 6.5 2.8 2.8L10 3.2" class="stroke"/>',
              done: true},
  missed: {word: 'Did not attend', shape: '<path d="m2.5 2.5 7 7m0-7-7 7" class="stroke"/>',
           done: true},
  cancelled: {word: 'Cancelled', shape: '<path d="M2 6h8" class="stroke"/>', done: true},
};

export function statusKey(text) {
  const plain = String(text ?? '').trim().toLowerCase().replaceAll('_', ' ');
  if (plain === 'waiting' || plain === 'arrived') return 'waiting';
  if (plain.startsWith('with')) return 'with';
  if (plain === 'at billing') return 'billing';
  if (plain === 'invoiced' || plain === 'paid') return 'invoiced';
  if (plain === 'completed' || plain === 'finished') return 'completed';
  if (plain === 'dna' || plain === 'did not attend') return 'missed';
  if (plain.startsWith('cancel')) return 'cancelled';
  return 'booked';
}

export function statusMark(key) {
  return `<svg class="shape" viewBox="0 0 12 12" aria-hidden="true">${STATUSES[key].shape}</svg>`;
}

export function minutesOf(time) {
  const [h, m] = String(time ?? '').split(':').map(Number);
  return Number.isFinite(h) && Number.isFinite(m) ? h * 60 + m : 0;
}

export function timeOf(minutes) {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${
      String(minutes % 60).padStart(2, '0')}`;
}

// A wall-clock reading as milliseconds of a day without a zone: good for differences only.
export function wallClock(date, time) {
  const text = String(time ?? '').trim().replace(' ', 'T').replace(/Z$/, '');
  const reading = text.includes('T') ? text : `${date}T${text}`;
  const ms = Date.parse(`${reading}${/T\d{2}:\d{2}$/.test(reading) ? ':00' : ''}Z`);
  return Number.isFinite(ms) ? ms : null;
}

export function elapsedWords(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${seconds % 60}s`;
  return `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}

const day = (date) => new Date(`${date}T12:00:00Z`);
const format = (options) => new Intl.DateTimeFormat('en-AU', {timeZone: 'UTC', ...options});
const LONG = format({weekday: 'long', day: 'numeric', month: 'long', year: 'numeric'});
const SHORT = format({day: 'numeric', month: 'short', year: 'numeric'});

export const isDate = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text ?? '') && !isNaN(day(text));
export const longDate = (date) => (isDate(date) ? LONG.format(day(date)) : '');
export const shortDate = (date) => (isDate(date) ? SHORT.format(day(date)) : '');

export function addDays(date, days) {
  const moved = day(date);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

export function ageWords(birth, today) {
  if (!isDate(birth) || !isDate(today)) return '';
  const [by, bm, bd] = birth.split('-').map(Number);
  const [ty, tm, td] = today.split('-').map(Number);
  let months = (ty - by) * 12 + tm - bm;
  if (td < bd) months -= 1;
  if (months < 0) return '';
  if (months < 24) return months === 1 ? '1 month' : `${months} months`;
  return `${Math.floor(months / 12)} years`;
}

export function fullName(patient) {
  return [patient.given, patient.family].filter(Boolean).join(' ') || 'No name';
}

// Shown first in a patient's past history.
const CANCER_WORDS = /melanoma|carcinoma|cancer|malignan|lymphoma|leuka?emia|sarcoma|tumou?r/i;
export const isCancer = (entry) => CANCER_WORDS.test(entry.text ?? '');

// ---- Small DOM helpers -------------------------------------------------------------------------

// h('button', {class: 'primary', onclick: f}, 'Start visit'): text is text, never markup.
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (key === 'mark') element.insertAdjacentHTML('beforeend', statusMark(value));
    else if (key === 'value') element.value = value;
    else element.setAttribute(key, value === true ? '' : value);
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
  return element;
}

let toastTimer = 0;
// What happened, in words, for eyes and screen readers.
export function toast(text, kind = 'ok') {
  const place = document.getElementById('toasts');
  clearTimeout(toastTimer);
  place.replaceChildren(h('p', {class: `toast ${kind}`, role: kind === 'bad' ? 'alert' : null}, text));
  toastTimer = setTimeout(() => place.replaceChildren(), kind === 'bad' ? 9000 : 4500);
}

export function announce(text) {
  document.getElementById('announce').textContent = text;
}
