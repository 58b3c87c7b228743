// SPDX-License-Identifier: Apache-2.0
// The practice's appointment book. The address holds what is shown (#date=…&location=…), or
// #view=reports), so that it can be shared and Back works; everything else is read again every
// second.

import {addDays, announce, clinic, h, isDate, longDate, STATUSES, statusKey, statusMark,
        timeOf, toast, wallClock} from './clinic.js';
import {Diary} from './diary.js';
import {openAppointmentForm, openAwayForm, openPatientForm} from './forms.js';
import {Inbox} from './inbox.js';
import {patientPicker} from './picker.js';
import {openSetup} from './setup.js';
import {Side} from './side.js';

const POLL_MS = 1000;
const $ = (id) => document.getElementById(id);

class App {
  constructor() {
    this.practice = {name: '', practitioners: [], locations: [], types: []};
    this.today = '';
    this.date = '';
    this.location = '';
    this.columns = [];
    this.visits = [];
    this.known = new Map();  // appointment → status, to tell what changed
    this.loaded = false;
    this.clockAt = {reading: 0, at: 0};  // the practice's clock, and when it was read
    this.diary = new Diary({
      grid: $('grid'), tabs: $('tabs'), scroll: $('scroll'),
      onOpen: (id) => this.openAppointment(id),
      onFree: (preset) => this.newAppointment(preset),
    });
    this.side = new Side($('side'), this);
    this.reports = [];
    this.reportsRead = false;
    this.away = [];
    this.inbox = new Inbox($('inbox'), this);
  }

  // ---- The practice's clock ----

  now() {
    return this.clockAt.reading + (performance.now() - this.clockAt.at);
  }
  get nowMinutes() {
    const time = new Date(this.now());
    return time.getUTCHours() * 60 + time.getUTCMinutes();
  }
  get isToday() {
    return this.date === this.today;
  }

  async readState() {
    const state = await clinic.state();
    const old = this.today;
    this.today = state.today;
    this.clockAt = {reading: wallClock(state.today, state.now) ?? Date.now(), at: performance.now()};
    this.counts = state.counts ?? {};
    if (!this.date || (old && old !== this.today && this.date === old)) this.date = this.today;
  }

  async readPractice() {
    const [practice, locations, practitioners, types, integrations] = await Promise.all(
        [clinic.practice(), clinic.locations(), clinic.practitioners(), clinic.types(), clinic.integrations()]);
    $('setup-button').hidden = !integrations.available;
    this.practice = {name: practice.name, locations, practitioners, types};
    $('practice').textContent = practice.name || 'Appointment book';
    const select = $('location');
    select.replaceChildren(h('option', {value: ''}, 'All locations'),
                           ...locations.map((l) => h('option', {value: l.id}, l.name)));
    select.value = this.location;
    select.disabled = locations.length < 2;
    $('new-appointment').disabled = !practitioners.length || !types.length;
  }

  // ---- What is asked about the day ----

  appointments() {
    return this.columns.flatMap((c) => c.appointments);
  }
  appointment(id) {
    return this.appointments().find((a) => String(a.id) === String(id)) ?? null;
  }
  visitOf(a) {
    return a.visit ? this.visits.find((v) => String(v.id) === String(a.visit)) ?? null : null;
  }
  runningVisit(a) {
    const visit = this.visitOf(a);
    return visit && !visit.finished ? visit : null;
  }
  visitOfPatient(id) {
    const theirs = this.visits.filter((v) => String(v.patient) === String(id));
    return theirs.find((v) => !v.finished) ?? theirs[0] ?? null;
  }

  // ---- Reading the day ----

  async refresh() {
    const {date, location} = this;
    const [diary, visits, reports, away] = await Promise.all(
        [clinic.diary(date, location), clinic.visits(date), clinic.reports(), clinic.away()]);
    if (date !== this.date || location !== this.location) return;  // the person went on
    const people = diary.practitioners.map((p) => p.id).join();
    if (this.people !== undefined && people !== this.people) {
      await this.readPractice();  // somebody came or went, or the practice was filled anew
    }
    this.people = people;
    this.visits = (visits.visits ?? []).map((v) => ({...v, startedMs: wallClock(date, v.started)}));
    this.away = away.away;
    this.columns = this.columnsOf(diary);
    this.tellReports(reports.reports);
    this.tellChanges();
    this.draw();
    await this.inbox.refresh();
  }

  columnsOf(diary) {
    const people = new Map(this.practice.practitioners.map((p) => [String(p.id), p]));
    const columns = diary.practitioners.map((p) => {
      const person = people.get(String(p.id)) ?? {};
      const appointments = p.appointments.filter((a) => statusKey(a.status) !== 'cancelled')
          .map((a) => ({...a, practitioner_id: p.id, practitioner_name: p.name}));
      return {id: p.id, name: p.name, appointments, places: (person.locations ?? []).map(String),
              short: [person.title, person.family].filter(Boolean).join(' ') || p.name,
              note: person.group ?? '', away: this.awayOf(p.id)};
    });
    if (!this.location) return columns;
    return columns.filter((c) => c.appointments.length || c.places.includes(String(this.location)));
  }

  // Why a practitioner is away on the day in the book; null: is not.
  awayOf(practitioner) {
    const away = this.away.find((a) => String(a.practitioner) === String(practitioner) &&
                                       a.from <= this.date && a.to >= this.date);
    return away ? away.reason || 'Away' : null;
  }

  tellReports(reports) {
    const known = new Set(this.reports.map((r) => r.id));
    const fresh = reports.filter((r) => !known.has(r.id));
    if (this.reportsRead && fresh.length) {
      announce(fresh.length === 1 ? `A report has come in for ${fresh[0].patient_name}`
                                  : `${fresh.length} reports have come in`);
    }
    this.reports = reports;
    this.reportsRead = true;
    $('reports-count').textContent = String(reports.length);
    $('reports-count').classList.toggle('some', reports.length > 0);
  }

  // What changed since the last look is said once, for those who cannot see it move.
  tellChanges() {
    const said = [];
    const seen = new Map();
    for (const a of this.appointments()) {
      const key = statusKey(a.status);
      seen.set(String(a.id), key);
      const before = this.known.get(String(a.id));
      if (before && before !== key) said.push(`${a.patient_name}: ${STATUSES[key].word}`);
      if (!before && this.known.size) {
        said.push(`New: ${a.time} ${a.patient_name}`);
        this.diary.fresh.add(String(a.id));
      }
    }
    this.known = seen;
    if (said.length) announce(said.slice(0, 3).join('. '));
  }

  draw() {
    const all = this.appointments();
    const count = (...keys) => all.filter((a) => keys.includes(statusKey(a.status))).length;
    const waiting = count('waiting');
    $('day-name').textContent = longDate(this.date);
    $('date').value = this.date;
    $('today').setAttribute('aria-pressed', String(this.isToday && !this.inbox.isOpen));
    $('room-count').textContent = String(waiting);
    if (!this.inbox.isOpen) document.title = `${this.isToday ? 'Today' : longDate(this.date)} · Appointment book`;
    $('answer').textContent = this.answer(all.length, waiting, count);
    $('clock').textContent = timeOf(this.nowMinutes);
    $('clock').title = 'The practice’s clock';
    this.drawEmpty(all.length);
    this.diary.draw(this.columns, {date: this.date, isToday: this.isToday, nowMinutes: this.nowMinutes});
    document.body.classList.add('ready');
    if (!this.loaded || this.scrolledFor !== this.date) {
      this.loaded = true;
      this.scrolledFor = this.date;
      this.diary.scrollToNow();
    }
    this.side.draw();
  }

  answer(total, waiting, count) {
    if (!total) return 'No appointments.';
    const plural = total === 1 ? '1 appointment' : `${total} appointments`;
    if (!this.isToday) return `${plural}.`;
    const parts = [[waiting, 'waiting'], [count('with'), 'with a practitioner'],
                   [count('booked'), 'to come'],
                   [count('billing', 'invoiced', 'completed', 'missed'), 'done']];
    return `${plural}: ${parts.filter(([n]) => n).map(([n, word]) => `${n} ${word}`).join(', ')}.`;
  }

  drawEmpty(total) {
    const box = $('empty');
    const nobody = !this.practice.practitioners.length;
    const kind = nobody ? 'practice' : total ? '' : 'day';
    if (box.dataset.kind === kind) return;
    box.dataset.kind = kind;
    box.hidden = !kind;
    $('scroll').hidden = kind === 'practice';
    $('tabs').hidden = kind === 'practice';
    if (kind === 'practice') {
      box.replaceChildren(
          h('h3', {}, 'This practice is empty'),
          h('p', {}, 'It has no practitioners, patients or appointments yet. A made-up practice ' +
                     'brings 8 practitioners, 2,000 patients and a diary for today; nobody in it exists.'),
          h('button', {type: 'button', class: 'primary', onclick: (event) => this.fill(event.target)},
            'Fill it with a made-up practice'));
    } else if (kind === 'day') {
      box.replaceChildren(h('p', {}, `Nothing is booked on ${longDate(this.date)}. `),
                          h('button', {type: 'button', onclick: () => this.newAppointment({})},
                            'Book the first appointment'));
    }
  }

  async fill(button) {
    button.disabled = true;
    button.textContent = 'Filling';
    try {
      await clinic.seed({patients: 2000, appointments: 4000, seed: 7});
      await this.readPractice();
      await this.refresh();
      toast('The practice is filled. Open an appointment and choose Start visit.');
    } catch (error) {
      toast(error.message, 'bad');
      button.disabled = false;
      button.textContent = 'Fill it with a made-up practice';
    }
  }

  // ---- What the person does ----

  async go(date, {push = true} = {}) {
    if (!isDate(date)) return;
    if (push) this.showBook();
    this.date = date;
    this.known = new Map();
    if (push) this.writeAddress();
    this.close();
    await this.attempt(() => this.refresh());
  }

  async openAppointment(id) {
    const a = this.appointment(id);
    if (a) this.diary.choose(String(a.practitioner_id));
    this.diary.select(id);
    this.openSide();
    await this.side.show({kind: 'appointment', id: String(id)});
    this.focusSide();
  }
  async openPatient(id) {
    this.showBook();
    this.diary.select('');
    this.openSide();
    await this.side.show({kind: 'patient', id: String(id)});
    this.focusSide();
  }
  openRoom() {
    this.showBook();
    this.diary.select('');
    this.openSide();
    this.side.show({kind: 'room'});
    this.focusSide();
  }

  // ---- The book or the inbox ----

  showInbox(report = '') {
    this.close();
    $('book').hidden = $('side').hidden = true;
    $('inbox').hidden = false;
    $('reports-button').setAttribute('aria-pressed', 'true');
    document.body.classList.add('inbox-open');
    document.title = 'Incoming reports';
    $('today').setAttribute('aria-pressed', 'false');
    this.inbox.choose(report);
    this.attempt(() => this.inbox.refresh());
  }
  showBook() {
    if (!this.inbox.isOpen) return;
    $('book').hidden = $('side').hidden = false;
    $('inbox').hidden = true;
    $('reports-button').setAttribute('aria-pressed', 'false');
    document.body.classList.remove('inbox-open');
    this.inbox.chosen = '';
    this.writeAddress();
    this.draw();
  }
  async openReport(id) {
    this.showInbox(id);
    $('inbox').querySelector('.reading h2')?.focus();
  }

  get overlay() {
    return getComputedStyle($('side')).position === 'fixed';
  }
  openSide() {
    document.body.classList.add('side-open');
    $('room-button').setAttribute('aria-expanded', 'true');
    if (this.overlay) $('book').inert = true;
  }
  focusSide() {
    ($('side').querySelector('.actions .primary') ?? $('side').querySelector('h2'))?.focus();
  }
  close() {
    const opened = this.side.view?.kind === 'appointment' ? this.side.view.id : '';
    document.body.classList.remove('side-open');
    $('room-button').setAttribute('aria-expanded', 'false');
    $('book').inert = false;
    this.diary.select('');
    const focusWasInside = $('side').contains(document.activeElement);
    this.side.show({kind: 'room'});
    if (focusWasInside) (opened && this.diary.card(opened) || $('room-button')).focus();
  }

  newAppointment(preset) {
    openAppointmentForm({
      practice: this.practice, date: this.date, today: this.today, nowMinutes: this.nowMinutes,
      preset: {location: this.location, ...preset},
      onSaved: async (id, date) => {
        if (date !== this.date) await this.go(date);
        else await this.attempt(() => this.refresh());
        if (this.appointment(id)) this.openAppointment(id);
      },
    });
  }
  moveAppointment(a) {
    openAppointmentForm({
      practice: this.practice, date: this.date, today: this.today, nowMinutes: this.nowMinutes,
      moving: a, preset: {practitioner: a.practitioner_id, location: a.location, time: a.time},
      onSaved: async (id, date) => {
        if (date !== this.date) await this.go(date);
        else await this.attempt(() => this.refresh());
        if (this.appointment(id)) this.openAppointment(id);
      },
    });
  }
  setAway() {
    openAwayForm({practitioners: this.practice.practitioners, away: this.away, date: this.date,
                  today: this.today, onSaved: () => this.attempt(() => this.refresh())});
  }
  newPatient() {
    openPatientForm({onSaved: (id) => this.openPatient(id)});
  }

  // ---- Address, polling, events ----

  writeAddress() {
    const parts = new URLSearchParams();
    if (this.date !== this.today) parts.set('date', this.date);
    if (this.location) parts.set('location', this.location);
    if (this.inbox.isOpen) parts.set('view', 'reports');
    if (this.inbox.isOpen && this.inbox.chosen) parts.set('report', this.inbox.chosen);
    const hash = parts.toString();
    if (location.hash.slice(1) !== hash) history.pushState(null, '', hash ? `#${hash}` : '#');
  }
  readAddress() {
    const parts = new URLSearchParams(location.hash.slice(1));
    this.date = isDate(parts.get('date')) ? parts.get('date') : this.today;
    this.location = parts.get('location') ?? '';
    $('location').value = this.location;
    this.addressed = parts.get('view') === 'reports' ? {report: parts.get('report') ?? ''} : null;
  }
  followAddress() {
    if (this.addressed) this.showInbox(this.addressed.report);
    else this.showBook();
  }

  async attempt(doing) {
    try {
      await doing();
      $('banner').hidden = true;
      $('live-dot').className = 'live-dot on';
      $('live-text').textContent = 'Live';
      return true;
    } catch (error) {
      const banner = $('banner');
      const text = `${error.message} Trying again every second.`;
      if (banner.textContent !== text) banner.textContent = text;
      banner.hidden = false;
      $('live-dot').className = 'live-dot off';
      $('live-text').textContent = 'Not connected';
      return false;
    }
  }

  async loop() {
    let turn = 0;
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      if (document.hidden) continue;
      turn += 1;
      await this.attempt(async () => {
        if (turn % 5 === 0 || !this.loaded) await this.readState();
        if (turn % 15 === 0 || !this.loaded || !this.practice.practitioners.length) {
          await this.readPractice();
        }
        await this.refresh();
      });
    }
  }

  listen() {
    $('previous').onclick = () => this.go(addDays(this.date, -1));
    $('next').onclick = () => this.go(addDays(this.date, 1));
    $('today').onclick = () => this.go(this.today);
    $('date').onchange = (event) => this.go(event.target.value);
    $('location').onchange = async (event) => {
      this.location = event.target.value;
      this.writeAddress();
      await this.attempt(() => this.refresh());
    };
    $('new-patient').onclick = () => this.newPatient();
    $('new-appointment').onclick = () => this.newAppointment({});
    $('room-button').onclick = () => {
      if (document.body.classList.contains('side-open') && this.side.view?.kind === 'room') this.close();
      else this.openRoom();
    };
    $('reports-button').onclick = () => {
      if (this.inbox.isOpen) return this.showBook();
      this.showInbox();
      $('inbox').querySelector('h2')?.focus();
    };
    $('setup-button').onclick = () => openSetup();
    $('away-button').onclick = () => this.setAway();
    const search = patientPicker({label: 'Find a patient', placeholder: 'Find a patient  ( / )',
                                  onPick: (patient) => this.openPatient(patient.id)});
    $('search-box').append(search.box);
    addEventListener('popstate', () => {
      this.readAddress();
      this.go(this.date, {push: false});
      this.followAddress();
    });
    document.addEventListener('keydown', (event) => {
      if (document.querySelector('dialog[open]')) return;
      const typing = event.target.closest('input, select, textarea');
      if (event.key === 'Escape' && this.inbox.isOpen) {
        if (this.inbox.chosen) this.inbox.choose('', {focus: true});
        else {
          this.showBook();
          $('reports-button').focus();
        }
      } else if (event.key === 'Escape' && document.body.classList.contains('side-open')) this.close();
      else if (event.key === '/' && !typing) {
        event.preventDefault();
        search.input.focus();
      }
    });
  }

  async start() {
    this.listen();
    $('legend').append(...Object.entries(STATUSES).filter(([key]) => key !== 'cancelled' && key !== 'invoiced')
        .map(([key, {word}]) => {
          const item = h('li', {class: `key ${key}`}, word);
          item.insertAdjacentHTML('afterbegin', statusMark(key));
          return item;
        }));
    this.side.show({kind: 'room'});
    await this.attempt(async () => {
      await this.readState();
      this.readAddress();
      await this.readPractice();
      await this.refresh();
      if (this.addressed) this.followAddress();
    });
    this.loop();
  }
}

new App().start();
