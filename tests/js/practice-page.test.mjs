// SPDX-License-Identifier: Apache-2.0
// The sandbox's own page as a receptionist uses it, mostly by keyboard, against the real sandbox;
// what it did is read back from the control port.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { System, missingPrograms } from './lib/system.mjs';

const require = createRequire(import.meta.url);
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const CHROMIUM = '/usr/bin/chromium';
const skip = missingPrograms(['pons-sandbox']) ??
  (existsSync(CHROMIUM) ? undefined : 'there is no Chromium on this machine') ?? false;
const options = { skip, timeout: 90_000 };

const system = new System();
let sandbox;
let empty;
let browser;

before(async () => {
  if (skip) return;
  [sandbox, empty] = await Promise.all([
    system.run('pons-sandbox', ['best_practice', '--patients', '150', '--appointments', '400', '--seed', '3']),
    system.run('pons-sandbox', ['best_practice', '--patients', '5', '--appointments', '5', '--seed', '3'])]);
  await ask('POST', 'reset', {}, empty);
  // A Monday morning, whenever the test runs: there are people to come and times to book.
  await ask('POST', 'clock', { now: '2026-11-23T10:05:00' });
  await ask('POST', 'reset', {});
  await ask('POST', 'seed', { patients: 150, appointments: 400, seed: 3 });
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--headless=new', '--no-sandbox',
    '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'] });
});
after(async () => {
  await browser?.close();
  await system.stop();
});

async function ask(method, path, body, of = sandbox) {
  const answer = await fetch(`${of.control}/${path}`, { method,
    headers: body ? { 'content-type': 'application/json' } : {}, body: body && JSON.stringify(body) });
  const json = await answer.json();
  assert.ok(answer.ok, `${method} ${path}: ${JSON.stringify(json)}`);
  return json;
}
const today = async () => (await ask('GET', 'state')).today;
async function inDiary(id) {
  const diary = await ask('GET', `clinic/diary?date=${await today()}`);
  return diary.practitioners.flatMap((p) => p.appointments).find((a) => a.id === id);
}
async function someBooked() {
  const diary = await ask('GET', `clinic/diary?date=${await today()}`);
  const found = diary.practitioners.flatMap((p) => p.appointments).find((a) => /^booked$/i.test(a.status));
  assert.ok(found, 'the diary has somebody who is still to come');
  return found;
}

// A page whose errors, and whose breaches of its own security policy, fail the test.
async function open(settings = {}, of = sandbox) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...settings });
  const page = await context.newPage();
  page.problems = [];
  page.on('pageerror', (error) => page.problems.push(error.message));
  page.on('console', (message) => {
    if (/Content.Security.Policy/.test(message.text())) page.problems.push(message.text());
  });
  await page.goto(of.page);
  await page.locator('body.ready').waitFor();
  return page;
}
async function close(page) {
  assert.deepEqual(page.problems, []);
  await page.context().close();
}
const button = (page, name) => page.getByRole('button', { name, exact: true });
const card = (page, id) => page.locator(`.card[data-id="${id}"]`);
const says = (page, text) => page.getByText(text).first().waitFor();

test('a receptionist adds a patient, books, arrives, starts and finishes, by keyboard', options, async () => {
  const page = await open();
  await button(page, 'New patient').focus();
  await page.keyboard.press('Enter');
  for (const [label, text] of [['First name', 'Siobhán'], ['Last name', "O'Kéyboard-Test"],
    ['Medicare number', '2999990181'], ['City or suburb', 'Newtown']]) {
    await page.getByLabel(label).focus();
    await page.keyboard.type(text);
  }
  await page.getByLabel('Date of birth').fill('1984-07-02');
  await page.getByLabel('Sex').selectOption('Female');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: "Siobhán O'Kéyboard-Test" }).waitFor();
  const { patients } = await ask('GET', `clinic/patients?search=${encodeURIComponent("O'Kéyboard")}`);
  assert.equal(patients.length, 1);
  assert.equal(patients[0].birth_date, '1984-07-02');
  assert.equal(patients[0].sex, 'Female');
  assert.equal(patients[0].medicare, '2999990181');
  assert.equal(patients[0].address.city, 'Newtown');

  await button(page, 'Book an appointment').press('Enter');
  await page.locator('.time').first().waitFor();
  await page.getByLabel('Appointment type').selectOption({ label: 'Skin check' });
  await page.locator('.time').first().waitFor();
  await button(page, 'Book appointment').press('Enter');
  await button(page, 'Arrive').waitFor();
  const booked = page.getByRole('button', { name: /Siobhán O'Kéyboard-Test Skin check Booked$/ });
  const id = await booked.getAttribute('data-id');
  assert.equal((await inDiary(id)).patient, patients[0].id);

  await button(page, 'Arrive').press('Enter');
  await page.getByRole('button', { name: /Siobhán O'Kéyboard-Test Skin check Waiting$/ }).waitFor();
  await button(page, 'Start visit').press('Enter');
  await button(page, 'Finish visit').waitFor();
  const clock = page.getByRole('timer');
  await page.waitForFunction(() => /^0m [2-9]s$/.test(document.querySelector('[role=timer]').textContent));
  assert.match(await clock.textContent(), /^0m \d+s$/);
  const { visit } = await inDiary(id);
  const running = (await ask('GET', `clinic/visits?date=${await today()}`)).visits.find((v) => v.id === visit);
  assert.equal(running.patient, patients[0].id);
  assert.ok(!running.finished);

  await button(page, 'Finish visit').press('Enter');
  await says(page, 'The visit is finished.');
  const done = (await ask('GET', `clinic/visits?date=${await today()}`)).visits.find((v) => v.id === visit);
  assert.ok(done.finished);

  await page.keyboard.press('Escape');
  assert.equal(await page.evaluate(() => document.activeElement.dataset.id), id, 'the focus is back on the card');
  await close(page);
});

test('a patient is found by name and edited; a form says what is wrong', options, async () => {
  const page = await open();
  const { given, family } = await ask('GET', `clinic/patients/${(await someBooked()).patient}`);
  await page.keyboard.press('/');
  await page.keyboard.type(`${given} ${family}`);
  await page.locator('.picker-list [role=option]').first().waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await button(page, 'Edit patient').press('Enter');
  await page.getByLabel('Medicare expiry').fill('5/2030');
  await button(page, 'Save changes').press('Enter');
  await page.getByRole('alert').filter({ hasText: 'Medicare expiry' }).waitFor();
  await page.getByLabel('Medicare expiry').fill('05/2030');
  await page.getByLabel('Mobile phone').fill('0491 570 313');
  await button(page, 'Save changes').press('Enter');
  await says(page, /details are saved/);
  const { patients } = await ask('GET', `clinic/patients?search=${encodeURIComponent(family)}&limit=200`);
  assert.ok(patients.some((p) => p.mobile_phone === '0491 570 313' && p.medicare_expiry === '05/2030'));
  await close(page);
});

test('what others do is seen without a reload, and cancelling asks first', options, async () => {
  const page = await open();
  const appointment = await someBooked();
  await ask('PATCH', `clinic/appointments/${appointment.id}`, { status: 'arrived' });
  await card(page, appointment.id).and(page.locator('[data-status=waiting]')).waitFor({ timeout: 6000 });
  await card(page, appointment.id).press('Enter');
  await button(page, 'Cancel appointment').press('Enter');
  await button(page, 'Keep it').press('Enter');
  assert.ok(!/cancel/i.test((await inDiary(appointment.id)).status));
  await button(page, 'Cancel appointment').press('Enter');
  await button(page, 'Cancel it').press('Enter');
  await card(page, appointment.id).waitFor({ state: 'detached' });
  const after = await inDiary(appointment.id);
  assert.ok(!after || /cancel/i.test(after.status));
  await close(page);
});

test('a practice that stops answering is said in words, and so is its return', options, async () => {
  const page = await open();
  await page.route('**/clinic/diary*', (route) => route.abort());
  await page.getByRole('alert').filter({ hasText: 'does not answer' }).waitFor({ timeout: 6000 });
  await page.unroute('**/clinic/diary*');
  await page.getByText('Live', { exact: true }).waitFor({ timeout: 6000 });
  assert.equal(await page.locator('#banner').isVisible(), false);
  await close(page);
});

test('days have addresses, and Back goes back', options, async () => {
  const page = await open();
  const first = await page.locator('#day-name').textContent();
  await button(page, 'Next day').click();
  await page.waitForFunction((day) => document.getElementById('day-name').textContent !== day, first);
  assert.match(page.url(), /#date=\d{4}-\d\d-\d\d$/);
  const next = await page.locator('#day-name').textContent();
  await page.reload();
  await page.locator('body.ready').waitFor();
  assert.equal(await page.locator('#day-name').textContent(), next);
  await page.goBack();
  await page.waitForFunction((day) => document.getElementById('day-name').textContent === day, first);
  await close(page);
});

test('an empty practice says so and can be filled', options, async () => {
  const page = await open({}, empty);
  await page.getByRole('heading', { name: 'This practice is empty' }).waitFor();
  await button(page, 'Fill it with a made-up practice').press('Enter');
  await page.locator('.card').first().waitFor({ timeout: 30_000 });
  assert.equal((await ask('GET', 'state', undefined, empty)).counts.patients, 2000);
  await close(page);
});

// ---- Reports ----

// A PDF of one page that a viewer takes, with bytes that no text survives.
const words = 'BT /F1 24 Tf 72 760 Td (Dermatology timeline report) Tj ET';
const pdf = Buffer.from(['%PDF-1.4', '%\xe2\xe3\xcf\xd3', '1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj',
  '2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj',
  '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 4 0 R>>>>/Contents 5 0 R>>endobj',
  '4 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj',
  `5 0 obj<</Length ${words.length}>>stream\n${words}\nendstream endobj`, 'trailer<</Root 1 0 R>>', '%%EOF'].join('\n'), 'latin1');
const hash = (bytes) => createHash('sha256').update(bytes).digest('hex');
let sent = 0;

// As a sender's file: beside the folder's rules, addressed to the practitioner with that number.
async function send(patient, { provider = '', title = 'Timeline report', birth = patient.birth_date } = {}) {
  sent += 1;
  writeFileSync(join(sandbox.reports, `page_${sent}.hl7`), [
    'MSH|^~\\&|PONS|PONS DERM|BPS|BANKSIA|20260504101500+1000||ORU^R01^ORU_R01|M1|P|2.4',
    `PID|1||1^^^B^MR||${patient.family}^${patient.given}||${birth.replaceAll('-', '')}|F`,
    `OBR|1||PAGE${sent}^PONS|11488-4^${title}^LN|||20260504100000+1000|||||||||${provider}^Doctor^Some^^^Dr||||||20260504101500+1000||PHY|F`,
    `OBX|1|ED|PDF^Display format in PDF^AUSPDI||^application^pdf^Base64^${pdf.toString('base64')}||||||F`].join('\r'));
  return `PAGE${sent}`;
}
async function someoneAndDoctor() {
  const appointment = await someBooked();
  const patient = await ask('GET', `clinic/patients/${appointment.patient}`);
  const doctor = (await ask('GET', 'clinic/practitioners')).find((p) => p.provider_number);
  return { appointment, patient, doctor };
}

test('a report comes in, is read with its PDF, and is checked, by keyboard', options, async () => {
  const page = await open();
  const { appointment, patient, doctor } = await someoneAndDoctor();
  const reference = await send(patient, { provider: doctor.provider_number, title: 'Timeline of Kéyboard' });
  await page.locator('#reports-button').press('Enter');
  await page.getByText('1 file in the folder').waitFor();
  await button(page, 'Refresh now').press('Enter');
  await says(page, '1 report imported.');
  const row = page.locator('.report-row', { hasText: 'Timeline of Kéyboard' });
  await row.press('Enter');
  await page.getByRole('heading', { name: 'Timeline of Kéyboard' }).waitFor();
  await page.locator('.reading .facts', { hasText: doctor.name }).waitFor();
  const frame = page.locator('.reading iframe');
  const source = (await frame.getAttribute('src')).split('#')[0];
  const shown = Buffer.from(await (await fetch(new URL(source, sandbox.page))).arrayBuffer());
  assert.equal(hash(shown), hash(pdf), 'the bytes are those that were sent');
  const link = page.getByRole('link', { name: 'Open the PDF in a new tab' });
  assert.equal(await link.getAttribute('href'), source, 'and a plain link leads to them');
  const { reports } = await ask('GET', `clinic/reports?patient=${patient.id}`);
  const report = reports.find((r) => r.report_id === reference);
  assert.equal(report.state, 'unchecked');
  assert.equal(report.sha256, hash(pdf));

  // The patient's panel tells of it, and leads to it.
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'reports-button');
  await card(page, appointment.id).press('Enter');
  await page.getByText('1 to check').waitFor();
  await page.getByRole('button', { name: /^Timeline of Kéyboard Today/ }).press('Enter');
  assert.match(page.url(), new RegExp(`view=reports&report=${report.id}$`));
  await page.reload();
  await page.getByRole('heading', { name: 'Timeline of Kéyboard' }).waitFor();
  await button(page, 'Mark as checked').press('Enter');
  await says(page, /is in the record of/);
  assert.deepEqual((await ask('GET', `clinic/reports?patient=${patient.id}`)).reports, []);
  await close(page);
});

test('a report that matches nobody is allocated by staff', options, async () => {
  const page = await open();
  const { patient } = await someoneAndDoctor();
  const reference = await send(patient, { title: 'Unclaimed', birth: '1901-01-01' });
  await ask('POST', 'clinic/importer', { run_now: true });
  await page.locator('#reports-button').press('Enter');
  await page.locator('.report-row', { hasText: 'Unclaimed' }).press('Enter');
  await page.getByText('Not matched').waitFor();
  await button(page, 'Allocate').press('Enter');
  await page.getByRole('alert').filter({ hasText: 'Choose the patient' }).waitFor();
  await page.getByLabel('Patient', { exact: true }).fill(`${patient.given} ${patient.family}`);
  await page.locator('.allocate [role=option]').first().waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await button(page, 'Allocate').press('Enter');
  await button(page, 'Mark as checked').waitFor();
  const { reports } = await ask('GET', 'clinic/reports');
  const report = reports.find((r) => r.report_id === reference);
  assert.equal(report.state, 'unchecked');
  assert.ok(report.patient && report.allocated_to);
  await close(page);
});

test('the import can be stopped and started, and says what is wrong', options, async () => {
  const page = await open();
  await page.locator('#reports-button').press('Enter');
  await button(page, 'Stop import').press('Enter');
  await page.getByText('Stopped: files stay where they are').waitFor();
  assert.equal((await ask('GET', 'clinic/importer')).running, false);
  await button(page, 'Start import').press('Enter');
  await page.getByText(/looks again in/).waitFor();
  assert.equal((await ask('GET', 'clinic/importer')).running, true);
  await close(page);
});

test('clinical images are in the patient’s panel', options, async () => {
  const page = await open();
  const { appointment, patient } = await someoneAndDoctor();
  await card(page, appointment.id).press('Enter');
  await page.getByRole('heading', { name: 'Clinical images' }).waitFor();
  await ask('POST', 'clinic/images', { patient: patient.id, title: 'Left forearm',
    content_type: 'application/pdf', content: pdf.toString('base64') });
  await page.getByRole('button', { name: /^Left forearm/ }).press('Enter');
  await page.locator('dialog iframe').waitFor();
  const source = await page.getByRole('link', { name: 'Open the PDF in a new tab' }).getAttribute('href');
  const shown = Buffer.from(await (await fetch(new URL(source, sandbox.page))).arrayBuffer());
  assert.equal(hash(shown), hash(pdf));
  await page.keyboard.press('Escape');
  assert.match(await page.evaluate(() => document.activeElement.textContent), /^Left forearm/);
  await close(page);
});

test('what an app books stands in the book at once; staff move it, and are told of a taken time', options, async () => {
  const page = await open();
  const { patient, doctor } = await someoneAndDoctor();
  const date = await today();
  const { slots } = await ask('GET', `clinic/free?practitioner=${doctor.id}&date=${date}`);
  assert.ok(slots.length > 2, 'there are free times');
  const asked = Date.now();
  const { id } = await ask('POST', 'clinic/appointments', { patient: patient.id, practitioner: doctor.id,
    type: '1', date, time: slots[0].time, minutes: 15 });
  await card(page, id).waitFor({ timeout: 3000 });
  assert.ok(Date.now() - asked < 3000);
  await card(page, id).press('Enter');
  await button(page, 'Move').press('Enter');
  const choose = (time) => page.locator(`.time input[value="${time}"]`).check();
  await choose(slots[1].time);
  // Somebody is quicker.
  const rival = await ask('POST', 'clinic/appointments', { patient: patient.id, practitioner: doctor.id,
    type: '1', date, time: slots[1].time, minutes: 15 });
  await button(page, 'Move it here').press('Enter');
  await page.getByRole('alert').filter({ hasText: 'this time is taken' }).waitFor();
  await page.locator(`.time input[value="${slots[1].time}"]`).waitFor({ state: 'detached' });
  await choose(slots[2].time);
  await button(page, 'Move it here').press('Enter');
  await says(page, new RegExp(`Moved to ${slots[2].time}`));
  assert.equal((await inDiary(id)).time, slots[2].time);
  await ask('PATCH', `clinic/appointments/${rival.id}`, { status: 'cancelled' });
  await button(page, 'Did not attend').press('Enter');
  await page.locator(`.card[data-id="${id}"][data-status=missed]`).waitFor();
  await close(page);
});

test('a practitioner is set away, and taken back', options, async () => {
  const page = await open();
  const doctor = (await ask('GET', 'clinic/practitioners')).at(-1);
  const date = await today();
  const free = () => fetch(`${sandbox.control}/clinic/free?practitioner=${doctor.id}&date=${date}`);
  assert.equal((await free()).status, 200);
  await button(page, 'Days away').press('Enter');
  await page.locator('dialog').getByLabel('Practitioner').selectOption(doctor.id);
  await page.getByLabel('Reason (optional)').fill('Conference');
  await page.keyboard.press('Enter');
  await page.locator(`#column-${doctor.id}.away`).waitFor();
  await page.getByText('Away: Conference').waitFor();
  assert.equal((await free()).status, 409);
  await button(page, 'Days away').press('Enter');
  await page.locator('.away-row', { hasText: 'Conference' }).getByRole('button').press('Enter');
  await page.locator(`#column-${doctor.id}:not(.away)`).waitFor();
  assert.equal((await free()).status, 200);
  await close(page);
});

for (const [kind, settings] of [
  ['desk', { viewport: { width: 1280, height: 800 } }],
  ['beside the app', { viewport: { width: 640, height: 800 }, colorScheme: 'dark' }],
  ['phone', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, colorScheme: 'dark' }]]) {
  test(`panels and forms pass axe and fit: ${kind}`, options, async () => {
    const page = await open({ bypassCSP: true, ...settings });
    const judge = async (what) => {
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run());
      assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].html.slice(0, 120)}`), [], what);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(over <= 0, `${what}: ${over} px too wide`);
    };
    await page.locator('.card').locator('visible=true').first().click();
    await button(page, 'Edit patient').waitFor();
    await judge('an appointment');
    await button(page, 'Edit patient').click();
    await judge('editing a patient');
    await button(page, 'Close without saving').click();
    await page.keyboard.press('Escape');
    await button(page, 'New appointment').click();
    await page.locator('.time, .times button').first().waitFor();
    await judge('a new appointment');
    await button(page, 'Close without saving').click();
    await button(page, 'Days away').click();
    await page.getByRole('heading', { name: 'Away soon' }).waitFor();
    await judge('days away');
    await button(page, 'Close without saving').click();
    await page.locator('.card[data-status=booked]').locator('visible=true').first().click();
    await button(page, 'Move').click();
    await page.locator('.time, .times button').first().waitFor();
    await judge('moving');
    await button(page, 'Close without saving').click();
    await page.keyboard.press('Escape');
    await send({ family: 'Nobody', given: 'Here', birth_date: '1950-01-01' }, { title: `For ${kind}` });
    await ask('POST', 'clinic/importer', { run_now: true });
    await page.locator('#reports-button').click();
    await page.locator('.report-row', { hasText: `For ${kind}` }).waitFor();
    await judge('the inbox');
    await page.locator('.report-row', { hasText: `For ${kind}` }).click();
    await button(page, 'Allocate').waitFor();
    await judge('a report');
    if (settings.hasTouch) {
      const low = await page.locator('.inbox button:not(.link)').locator('visible=true').evaluateAll(
        (all) => all.filter((x) => x.getBoundingClientRect().height < 44).map((x) => x.outerHTML.slice(0, 80)));
      assert.deepEqual(low, [], 'targets of the inbox are 44 px high');
    }
    await page.locator('#reports-button').click();
    await button(page, 'New appointment').click();
    await page.locator('.time, .times button').first().waitFor();
    if (settings.hasTouch) {
      const small = await page.locator('dialog button, dialog input:not([type=radio]), dialog select, .time').evaluateAll(
        (all) => all.filter((x) => x.getBoundingClientRect().height < 44).map((x) => x.outerHTML.slice(0, 80)));
      assert.deepEqual(small, [], 'targets are 44 px high');
    }
    await close(page);
  });
}
