// SPDX-License-Identifier: Apache-2.0
// A practice in memory behind the calls that the page makes, for work on the page without building
// the sandbox:  node mock.mjs [port] [empty]. Not part of the program.

import {createServer} from 'node:http';
import {readFile} from 'node:fs/promises';
import {extname} from 'node:path';

const TODAY = '2026-05-04', NOW = '10:07:00';
const started = Date.now();
const clock = () => new Date(Date.parse(`${TODAY}T${NOW}Z`) + Date.now() - started).toISOString().slice(11, 19);
let next = 1000;
const db = {locations: [], practitioners: [], types: [], patients: [], appointments: [], visits: [], away: []};

const integrations = {available: true, site_id: '90001', product: 'Pons (via Halo Connect)', enabled: false, availability: 'online', codes: 0};

function fill() {
  db.locations = ['Marrickville', 'Coogee Beach', 'Parramatta'].map((name, i) => ({id: String(i + 1), name}));
  db.practitioners = [['Dr.', 'Margaret', 'O’Sullivan', 'General practitioner'], ['Dr.', 'Arjun', 'Venkataraman', 'General practitioner'],
    ['Dr.', 'Helena', 'Papadopoulos', 'Dermatologist'], ['Dr.', 'Thi Minh Chau', 'Nguyen', 'General practitioner'],
    ['Dr.', 'Callum', 'Barrington-Hale', 'Dermatologist'], ['Dr.', 'Layla', 'El-Masri', 'General practitioner'],
    ['Ms.', 'Siobhán', 'Doyle', 'Nurse'], ['Dr.', 'Wei', 'Chen', 'General practitioner']]
      .map(([title, given, family, group], i) => ({id: String(i + 1), title, given, family, group, name: `${title} ${given} ${family}`, locations: [String(i % 3 + 1), String((i + 1) % 3 + 1)]}));
  db.types = [['Standard consultation', 15], ['Long consultation', 30], ['Skin check', 30], ['Skin procedure', 45], ['New patient', 30],
    ['Immunisation', 15], ['Telehealth', 15], ['Follow-up', 15]].map(([name, minutes], i) => ({id: String(i + 1), name, minutes}));
  const given = ['Olivia', 'Wei', 'Priya', 'Con', 'Mary-Anne', 'Seán', 'Fatima', 'Jarrah', 'Thu Trang', 'Maximiliana Wilhelmina'];
  const family = ['O’Brien', 'Chen', 'Venkataraman-Subramaniam', 'Papadopoulos', 'Nguyễn', 'Smith', 'El-Masri', 'Featherstone-Barrington', 'Li', 'D’Angelo'];
  for (let i = 0; i < 400; ++i) {
    db.patients.push({id: String(i + 1), title: 'Ms.', given: given[i % 10], middle: '', family: family[(i * 7 + (i / 10 | 0)) % 10], preferred: '',
      birth_date: `${1935 + i * 13 % 85}-0${i % 9 + 1}-1${i % 9}`, sex: i % 2 ? 'Female' : 'Male', ethnicity: 'Australian',
      address: {line1: `${i + 1} Banksia Street`, line2: '', city: 'Marrickville', postcode: '2204'}, postal: {}, home_phone: '02 5550 0101', work_phone: '',
      mobile_phone: '0491 570 156', email: `p${i}@example.com`, medicare: '2999990181', medicare_line: '1', medicare_expiry: '05/2028', dva_number: '', dva_color: '',
      pension_kind: i % 5 ? '' : 'Pensioner Concession Card', record_number: String(10000 + i), active: true,
      history: i % 3 ? [] : [{text: 'Hypertension', snomed: '38341003', year: 2015, active: true}, {text: 'Malignant melanoma of skin', snomed: '93655004', year: 2019, active: false}]});
  }
  let n = 0;
  for (const p of db.practitioners) {
    for (let t = 480 + (n % 3) * 15; t < 1050;) {
      ++n;
      if ((t >= 735 && t < 795) || n % 9 === 0) { t += 15; continue; }
      const type = db.types[p.group === 'Dermatologist' ? 2 + n % 3 : p.group === 'Nurse' ? 5 + n % 3 : n * 5 % 8];
      const status = t + type.minutes < 590 ? (n % 13 ? n % 7 ? 'Completed' : 'At billing' : 'DNA') : t < 607 ? 'Waiting' : t < 640 && n % 2 ? 'Waiting' : 'Booked';
      db.appointments.push({id: String(++next), patient: String(n * 37 % 400 + 1), practitioner: p.id, location: p.locations[0], type: type.id, date: TODAY,
        time: `${String(t / 60 | 0).padStart(2, '0')}:${String(t % 60).padStart(2, '0')}`, minutes: type.minutes, status, reason: n % 4 ? '' : 'Changing mole on back', visit: null});
      t += type.minutes;
    }
  }
}
if (!process.argv.includes('empty')) fill();

const find = (list, id) => list.find((x) => x.id === id) ?? (() => { throw [404, `There is no such record: ${id}.`]; })();
const nameOf = (p) => `${p.given} ${p.family}`;
const STATUS = {arrived: 'Waiting', booked: 'Booked', completed: 'Completed', did_not_attend: 'DNA', cancelled: 'Cancelled'};

const routes = [
  ['GET', /^\/state$/, () => ({practice: 'x', counts: {patients: db.patients.length}, clock_offset_ms: 0, today: TODAY, now: clock()})],
  ['POST', /^\/seed$/, () => { fill(); return {}; }],
  ['GET', /^\/clinic\/practice$/, () => ({name: db.practitioners.length ? 'Banksia Street Medical and Skin Clinic' : ''})],
  ['GET', /^\/clinic\/locations$/, () => db.locations],
  ['GET', /^\/clinic\/practitioners$/, () => db.practitioners],
  ['GET', /^\/clinic\/appointment_types$/, () => db.types],
  ['GET', /^\/clinic\/patients$/, (m, q) => {
    const s = (q.get('search') ?? '').toLowerCase(), all = db.patients.filter((p) => nameOf(p).toLowerCase().includes(s) || p.id === s);
    return {patients: all.slice(0, Number(q.get('limit') ?? 20)), total: all.length};
  }],
  ['GET', /^\/clinic\/patients\/(\d+)$/, (m) => find(db.patients, m[1])],
  ['POST', /^\/clinic\/patients$/, (m, q, b) => { db.patients.push({history: [], ...b, id: String(++next)}); return {id: String(next), at_ms: Date.now()}; }],
  ['PATCH', /^\/clinic\/patients\/(\d+)$/, (m, q, b) => { Object.assign(find(db.patients, m[1]), b); return {id: m[1], at_ms: Date.now()}; }],
  ['POST', /^\/clinic\/patients\/(\d+)\/history$/, (m, q, b) => { find(db.patients, m[1]).history.push(b); return {id: String(++next), at_ms: Date.now()}; }],
  ['GET', /^\/clinic\/diary$/, (m, q) => ({date: q.get('date'), practitioners: db.practitioners.map((p) => ({id: p.id, name: p.name, appointments: db.appointments
    .filter((a) => a.practitioner === p.id && a.date === q.get('date') && (!q.get('location') || a.location === q.get('location')))
    .map((a) => ({...a, patient_name: nameOf(find(db.patients, a.patient)), type_name: find(db.types, a.type).name}))}))})],
  ['POST', /^\/clinic\/appointments$/, (m, q, b) => {
    if (db.appointments.some((a) => a.practitioner === b.practitioner && a.date === b.date && a.time === b.time && a.status !== 'Cancelled')) throw [409, 'That time is taken: choose another.'];
    db.appointments.push({status: 'Booked', visit: null, ...b, id: String(++next)});
    return {id: String(next), at_ms: Date.now()};
  }],
  ['PATCH', /^\/clinic\/appointments\/(\d+)$/, (m, q, b) => { Object.assign(find(db.appointments, m[1]), b, b.status ? {status: STATUS[b.status]} : {}); return {id: m[1], at_ms: Date.now()}; }],
  ['POST', /^\/clinic\/visits$/, (m, q, b) => {
    const id = String(++next);
    db.visits.push({id, patient: b.patient, practitioner: b.practitioner, location: b.location ?? '1', started: clock(), finished: null});
    if (b.appointment) Object.assign(find(db.appointments, b.appointment), {status: 'With doctor', visit: id});
    return {id, at_ms: Date.now()};
  }],
  ['PATCH', /^\/clinic\/visits\/(\d+)$/, (m) => {
    find(db.visits, m[1]).finished = clock();
    for (const a of db.appointments) if (a.visit === m[1]) a.status = 'At billing';
    return {id: m[1], at_ms: Date.now()};
  }],
  ['GET', /^\/clinic\/free$/, () => ({slots: Array.from({length: 36}, (_, i) => ({time: `${String(8 + Math.floor(i / 4)).padStart(2, '0')}:${String(i % 4 * 15).padStart(2, '0')}`, minutes: 15}))})],
  ['GET', /^\/clinic\/away$/, () => ({away: db.away})],
  ['POST', /^\/clinic\/away$/, (m, q, b) => { db.away.push({...b, id: String(++next), name: find(db.practitioners, b.practitioner).name}); return {id: String(next), at_ms: Date.now()}; }],
  ['DELETE', /^\/clinic\/away\/(\d+)$/, (m) => { db.away = db.away.filter((a) => a.id !== m[1]); return {id: m[1], at_ms: Date.now()}; }],
  ['GET', /^\/clinic\/reports$/, () => ({reports: []})],
  ['GET', /^\/clinic\/images$/, () => ({images: []})],
  ['GET', /^\/clinic\/importer$/, () => ({running: true, interval_ms: 300000, folder: '/reports', files: [], last_run_ms: null, next_run_ms: Date.now() + 60000, imported: 0, error: null})],
  ['GET', /^\/clinic\/integrations$/, () => integrations],
  ['POST', /^\/clinic\/integrations$/, (m, q, b) => Object.assign(integrations, b)],
  ['POST', /^\/clinic\/pairing$/, () => ({site_id: integrations.site_id, pairing_code: 'ABC234'})],
  ['GET', /^\/clinic\/visits$/, () => ({visits: db.visits})],
];

const TYPES = {'.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml'};
const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://x');
  const answer = (code, type, body) => response.writeHead(code, {'content-type': `${type}; charset=utf-8`}).end(body);
  const file = url.pathname === '/' ? '/index.html' : url.pathname;
  if (/^\/[a-z]+\.(html|js|css|svg)$/.test(file)) {
    return answer(200, TYPES[extname(file)], await readFile(new URL(`.${file}`, import.meta.url)).catch(() => ''));
  }
  let text = '';
  for await (const part of request) text += part;
  for (const [method, pattern, run] of routes) {
    const match = pattern.exec(url.pathname);
    if (!match || method !== request.method) continue;
    try {
      return answer(200, 'application/json', JSON.stringify(run(match, url.searchParams, text ? JSON.parse(text) : {})));
    } catch (error) {
      return answer(error[0] ?? 500, 'application/json', JSON.stringify({error: error[1] ?? String(error)}));
    }
  }
  answer(404, 'application/json', '{"error":"no such call"}');
});
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/`));
