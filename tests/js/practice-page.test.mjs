// SPDX-License-Identifier: Apache-2.0
// The sandbox's own page as a receptionist uses it, mostly by keyboard, against the real sandbox;
// what it did is read back from the control port.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
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
    if (settings.hasTouch) {
      const small = await page.locator('dialog button, dialog input:not([type=radio]), dialog select, .time').evaluateAll(
        (all) => all.filter((x) => x.getBoundingClientRect().height < 44).map((x) => x.outerHTML.slice(0, 80)));
      assert.deepEqual(small, [], 'targets are 44 px high');
    }
    await close(page);
  });
}
