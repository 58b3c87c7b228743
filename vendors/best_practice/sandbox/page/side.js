// SPDX-License-Identifier: Apache-2.0
// The panel beside the diary: the waiting room, one appointment, or one patient. It is drawn again
// only when what it shows has changed, and keeps the focus where it was.

import {STATUSES, ageWords, announce, clinic, elapsedWords, fullName, h, isCancer, minutesOf,
        shortDate, statusKey, toast} from './clinic.js';
import {kindWords, openDocument, receivedWords} from './document.js';
import {confirmIn, openPatientForm} from './forms.js';

// The cancers that skin practices record most, and others; the codes are SNOMED CT.
const HISTORY = [
  ['Malignant melanoma of skin', '93655004'],
  ['Basal cell carcinoma of skin', '254701007'],
  ['Squamous cell carcinoma of skin', '254651007'],
  ['Malignant neoplasm of breast', '254837009'],
  ['Carcinoma of prostate', '254900004'],
  ['Actinic keratosis', '201101007'],
  ['Hypertension', '38341003'],
  ['Asthma', '195967001'],
  ['Type 2 diabetes mellitus', '44054006'],
];

export class Side {
  // app: {practice, today, now(), appointments(), visits, refresh(), close(), open…()}
  constructor(element, app) {
    this.element = element;
    this.app = app;
    this.drawn = '';
    this.patient = null;   // the patient shown, in full
    this.images = [];      // and the documents in the file
    this.busy = false;
    setInterval(() => this.tick(), 1000);
    setInterval(() => {
      if (this.view && this.view.kind !== 'room' && !document.hidden) this.loadPatient();
    }, 3000);
  }

  // view: {kind: 'room'} | {kind: 'appointment', id} | {kind: 'patient', id}
  async show(view) {
    const same = this.view?.kind === view.kind && this.view?.id === view.id;
    this.view = view;
    if (!same) {
      this.patient = null;
      this.images = [];
    }
    this.draw();
    await this.loadPatient();
  }

  appointment() {
    return this.view?.kind === 'appointment' ? this.app.appointment(this.view.id) : null;
  }

  async loadPatient() {
    const view = this.view;
    const wanted = view.kind === 'patient' ? view.id : this.appointment()?.patient;
    if (!wanted) return;
    try {
      const [patient, images] = await Promise.all([clinic.patient(wanted), clinic.images(wanted)]);
      if (this.view !== view) return;
      this.patient = patient;
      this.images = images.images;
      this.patientError = '';
    } catch (error) {
      if (this.view !== view) return;
      this.patientError = error.message;
    }
    this.draw();
  }

  draw() {
    const view = this.view ?? {kind: 'room'};
    const content = view.kind === 'room' ? this.room()
                    : view.kind === 'appointment' ? this.visitPanel() : this.patientPanel();
    const signature = content.signature;
    if (signature === this.drawn) return this.tick();
    // A question or a form in the panel is not swept away by a refresh of the diary.
    if (this.element.querySelector('.confirm') && this.drawnView === view) return;
    const key = this.element.contains(document.activeElement) ? document.activeElement.dataset.focus
                                                              : '';
    this.element.setAttribute('aria-label', content.label);
    this.element.replaceChildren(...content.build().filter(Boolean));
    this.drawn = signature;
    this.drawnView = view;
    if (key) {
      const again = this.element.querySelector(`[data-focus="${key}"]`);
      (again ?? this.element.querySelector('.primary') ?? this.element.querySelector('h2'))?.focus();
    }
    this.tick();
  }

  tick() {
    for (const timer of this.element.querySelectorAll('[data-started]')) {
      timer.textContent = elapsedWords(this.app.now() - Number(timer.dataset.started));
    }
  }

  // One thing at a time; what goes wrong is said where the person looks.
  async act(doing, done) {
    if (this.busy) return;
    this.busy = true;
    this.element.setAttribute('aria-busy', 'true');  // a disabled button would lose the focus
    try {
      await doing();
      toast(done);
    } catch (error) {
      toast(error.message, 'bad');
    }
    this.busy = false;
    this.element.removeAttribute('aria-busy');
    await this.app.attempt(() => this.app.refresh());
  }

  head(title, note) {
    return h('header', {class: 'side-head'},
             h('div', {}, h('h2', {tabindex: '-1'}, title), note && h('p', {}, note)),
             h('button', {type: 'button', class: 'icon close', 'aria-label': 'Close panel',
                          'data-focus': 'close', onclick: () => this.app.close()}, '×'));
  }

  // ---- The waiting room ----

  room() {
    const all = this.app.appointments().sort((a, b) => minutesOf(a.time) - minutesOf(b.time));
    const waiting = all.filter((a) => statusKey(a.status) === 'waiting');
    const inside = all.filter((a) => this.app.runningVisit(a));
    const signature = JSON.stringify(['room', this.app.isToday,
        [waiting, inside].map((l) => l.map((a) => [a.id, a.status, a.visit, a.patient_name, a.time,
                                                   a.type_name])), this.app.loaded]);
    const row = (a, extra) => h('li', {}, h('button', {
      type: 'button', class: 'row-button', 'data-focus': `row-${a.id}`,
      onclick: () => this.app.openAppointment(a.id),
    }, h('span', {class: `dot ${statusKey(a.status)}`, mark: statusKey(a.status)}),
       h('span', {class: 'row-text'}, h('b', {}, a.patient_name),
         h('span', {}, `${a.time} ${a.type_name} · ${a.practitioner_name}`)), extra));
    return {signature, label: 'Waiting room', build: () => [
      this.head('Waiting room', this.app.isToday
          ? waiting.length ? `${waiting.length} ${waiting.length === 1 ? 'patient has' : 'patients have'} arrived.`
                           : 'Nobody is waiting. Patients appear here when they arrive.'
          : 'Shown for the day in the book.'),
      waiting.length ? h('ul', {class: 'rows'}, waiting.map((a) => row(a))) : null,
      h('h3', {class: 'side-title'}, 'With a practitioner now'),
      inside.length ? h('ul', {class: 'rows'}, inside.map((a) => {
        const visit = this.app.runningVisit(a);
        return row(a, h('span', {class: 'timer', 'data-started': visit.startedMs}));
      })) : h('p', {class: 'quiet'}, 'No visit is under way. Open an appointment and choose Start visit.'),
    ]};
  }

  // ---- An appointment ----

  visitPanel() {
    const a = this.appointment();
    if (!a) {
      return {signature: 'gone', label: 'Appointment', build: () => [
        this.head('Appointment', 'It is not in this day’s diary any more. It may have been moved or cancelled.')]};
    }
    const visit = this.app.visitOf(a);
    const signature = JSON.stringify(['appointment', a, visit, this.patient, this.patientError,
                                      this.images, this.theirReports()]);
    return {signature, label: 'Appointment', build: () => [
      this.head(a.patient_name, this.patientLine()),
      this.appointmentFacts(a),
      this.actions(a, visit),
      this.patientFacts(),
    ]};
  }

  patientLine() {
    const p = this.patient;
    if (!p) return ' ';
    return [p.sex, ageWords(p.birth_date, this.app.today),
            shortDate(p.birth_date) && `born ${shortDate(p.birth_date)}`].filter(Boolean).join(' · ');
  }

  appointmentFacts(a) {
    const key = statusKey(a.status);
    const types = h('select', {'data-focus': 'type', 'aria-label': 'Appointment type', onchange: () => {
      const name = types.selectedOptions[0].textContent;
      this.act(() => clinic.editAppointment(a.id, {type: types.value}), `Changed to ${name}.`);
    }}, this.app.practice.types.map((t) => h('option', {value: t.id,
        selected: String(t.id) === String(a.type)}, t.name)));
    types.disabled = STATUSES[key].done ?? false;
    return h('dl', {class: 'facts'},
             h('dt', {}, 'Status'), h('dd', {}, h('span', {class: `pill ${key}`, mark: key},
                                                  STATUSES[key].word)),
             h('dt', {}, 'When'), h('dd', {}, `${a.time}, ${a.minutes || 15} minutes`),
             h('dt', {}, 'With'), h('dd', {}, a.practitioner_name),
             h('dt', {}, 'Type'), h('dd', {}, types),
             ...(a.reason ? [h('dt', {}, 'Reason'), h('dd', {}, a.reason)] : []));
  }

  actions(a, visit) {
    const key = statusKey(a.status);
    const name = a.patient_name;
    const button = (label, focus, kind, run) =>
        h('button', {type: 'button', class: kind, 'data-focus': focus, onclick: run}, label);
    const mark = (status, done) => () =>
        this.act(() => clinic.editAppointment(a.id, {status}), done);
    const start = () => this.start({patient: String(a.patient), practitioner: String(a.practitioner_id),
                                    appointment: String(a.id),
                                    ...(a.location ? {location: String(a.location)} : {})}, name);
    const box = h('div', {class: 'actions'});
    if (visit && !visit.finished) {
      box.append(h('div', {class: 'visit'},
                   button('Finish visit', 'visit', 'primary big', () => this.act(
                       () => clinic.finishVisit(visit.id), `The visit of ${name} is finished.`)),
                   h('p', {}, 'Visit ', h('span', {class: 'timer', role: 'timer', 'aria-label': 'Visit time',
                                                   'data-started': visit.startedMs}, '0m 0s'))));
      return box;
    }
    if (key === 'booked' || key === 'waiting' || key === 'with') {
      box.append(button('Start visit', 'visit', 'primary big', start));
      const row = h('div', {class: 'row'});
      if (key === 'booked') row.append(button('Arrive', 'arrive', '', mark('arrived', `${name} has arrived.`)));
      if (key === 'waiting') {
        row.append(button('Not here yet', 'arrive', '', mark('booked', `${name} is booked again.`)));
      }
      row.append(
          button('Move', 'move', '', () => this.app.moveAppointment(a)),
          button('Did not attend', 'missed', '', mark('did_not_attend', `${name} did not attend.`)),
          button('Cancel appointment', 'cancel', 'danger-quiet', () => confirmIn(
              box, `Cancel the ${a.time} appointment of ${name} with ${a.practitioner_name}?`,
              'Cancel it', 'Keep it', async () => {
                await mark('cancelled', `The ${a.time} appointment of ${name} is cancelled.`)();
                if (!this.appointment()) this.app.close();
              })));
      box.append(row);
      return box;
    }
    const words = visit ? 'The visit is finished.'
                        : key === 'missed' ? `${name} did not attend.` : 'This appointment is done.';
    box.append(h('p', {class: 'quiet'}, words),
               h('div', {class: 'row'},
                 key !== 'completed' && key !== 'missed' &&
                     button('Mark completed', 'complete', '', mark('completed', 'Completed.')),
                 button('Start visit', 'visit', '', start)));
    return box;
  }

  start(fields, name) {
    return this.act(async () => {
      await clinic.startVisit(fields);
      announce(`Visit started for ${name}`);
    }, `The visit of ${name} has started.`);
  }

  // ---- A patient ----

  patientPanel() {
    const p = this.patient;
    const theirs = this.app.appointments().filter((a) => String(a.patient) === String(this.view.id));
    const visit = this.app.visitOfPatient(this.view.id);
    const signature = JSON.stringify(['patient', p, theirs, visit, this.patientError, this.images,
                                      this.theirReports()]);
    return {signature, label: 'Patient', build: () => [
      this.head(p ? fullName(p) : 'Patient', p ? this.patientLine() : this.patientError || 'Loading'),
      p && this.walkIn(p, theirs, visit),
      this.patientFacts(),
    ]};
  }

  walkIn(p, theirs, visit) {
    const name = fullName(p);
    const box = h('div', {class: 'actions'});
    if (visit && !visit.finished) {
      box.append(h('div', {class: 'visit'},
                   h('button', {type: 'button', class: 'primary big', 'data-focus': 'visit',
                                onclick: () => this.act(() => clinic.finishVisit(visit.id),
                                                        `The visit of ${name} is finished.`)},
                     'Finish visit'),
                   h('p', {}, 'Visit ', h('span', {class: 'timer', role: 'timer',
                                                   'data-started': visit.startedMs}, '0m 0s'))));
    } else {
      const who = h('select', {'aria-label': 'Practitioner of the visit', 'data-focus': 'who'},
                    this.app.practice.practitioners.map((x) => h('option', {value: x.id}, x.name)));
      box.append(h('div', {class: 'row walk-in'}, who,
                   h('button', {type: 'button', 'data-focus': 'visit', onclick: () => this.start(
                       {patient: String(p.id), practitioner: who.value}, name)}, 'Start visit')));
    }
    box.append(h('div', {class: 'row'}, h('button', {
      type: 'button', 'data-focus': 'book', onclick: () => this.app.newAppointment({patient: p}),
    }, 'Book an appointment')));
    if (theirs.length) {
      box.append(h('ul', {class: 'rows'}, theirs.map((a) => h('li', {}, h('button', {
        type: 'button', class: 'row-button', onclick: () => this.app.openAppointment(a.id),
      }, h('span', {class: `dot ${statusKey(a.status)}`, mark: statusKey(a.status)}),
         h('span', {class: 'row-text'}, h('b', {}, `${a.time} ${a.type_name}`),
           h('span', {}, `${a.practitioner_name} · ${STATUSES[statusKey(a.status)].word}`)))))));
    }
    return box;
  }

  theirReports() {
    const p = this.patient;
    return p ? this.app.reports.filter((r) => String(r.patient) === String(p.id)) : [];
  }

  // What came in for this patient: reports that nobody has checked, and what apps have filed.
  documents() {
    const reports = this.theirReports();
    const row = (item, mark, facts, run) => h('li', {}, h('button', {
      type: 'button', class: 'row-button', 'data-focus': `${mark}-${item.id}`, onclick: run,
    }, h('span', {class: 'row-text'}, h('b', {}, item.title || 'Document'), h('span', {}, facts))));
    const when = (item) => receivedWords(item.received, this.app.today);
    return [
      h('div', {class: 'title-row'}, h('h3', {class: 'side-title'}, 'Unchecked reports'),
        reports.length > 0 && h('span', {class: 'tag warn'}, `${reports.length} to check`)),
      reports.length ? h('ul', {class: 'rows'}, reports.map((r) => row(r, 'report',
          [when(r), r.addressed_to && `to ${r.addressed_to}`].filter(Boolean).join(' · '),
          () => this.app.openReport(r.id))))
                     : h('p', {class: 'quiet'}, 'None.'),
      h('h3', {class: 'side-title'}, 'Clinical images'),
      this.images.length ? h('ul', {class: 'rows'}, this.images.map((i) => {
        const facts = [shortDate(i.date), kindWords(i.content_type, i.bytes), i.added_by].filter(Boolean).join(' · ');
        return row(i, 'image', facts, () => openDocument('images', i, facts));
      })) : h('p', {class: 'quiet'}, 'None.'),
    ];
  }

  patientFacts() {
    const p = this.patient;
    if (this.patientError && !p) return h('p', {class: 'problem', role: 'alert'}, this.patientError);
    if (!p) return h('div', {class: 'skeleton-lines', 'aria-hidden': 'true'}, h('i'), h('i'), h('i'), h('i'));
    const street = [p.address?.line1, p.address?.line2,
                    [p.address?.city, p.address?.postcode].filter(Boolean).join(' ')].filter(Boolean);
    const medicare = p.medicare && [p.medicare.replace(/^(\d{4})(\d{5})(\d)$/, '$1 $2 $3'),
                                    p.medicare_line && `line ${p.medicare_line}`,
                                    p.medicare_expiry && `to ${p.medicare_expiry}`].filter(Boolean).join(', ');
    const facts = [
      ['Preferred name', p.preferred], ['Mobile', p.mobile_phone], ['Home', p.home_phone],
      ['Work', p.work_phone], ['E-mail', p.email], ['Address', street.join(', ')],
      ['Medicare', medicare], ['DVA', [p.dva_number, p.dva_color].filter(Boolean).join(', ')],
      ['Concession', p.pension_kind], ['Ethnicity', p.ethnicity], ['Record', p.record_number],
    ].filter(([, value]) => value);
    return h('section', {class: 'patient'},
             h('div', {class: 'title-row'}, h('h3', {class: 'side-title'}, 'Patient'),
               h('button', {type: 'button', 'data-focus': 'edit', onclick: () => openPatientForm(
                   {patient: p, onSaved: () => { this.loadPatient(); this.app.refresh(); }})},
                 'Edit patient')),
             facts.length ? h('dl', {class: 'facts'}, facts.flatMap(([k, v]) => [h('dt', {}, k), h('dd', {}, v)]))
                          : h('p', {class: 'quiet'}, 'Only the name is recorded.'),
             ...this.documents(), ...this.historyFacts(p));
  }

  historyFacts(p) {
    const all = [...(p.history ?? [])].sort((a, b) => Number(isCancer(b)) - Number(isCancer(a)));
    const what = h('select', {'aria-label': 'Condition', 'data-focus': 'condition'},
                   HISTORY.map(([text, code]) => h('option', {value: code}, text)));
    const year = h('input', {type: 'number', 'aria-label': 'Year', min: 1920, max: 2100,
                             value: this.app.today.slice(0, 4), 'data-focus': 'year'});
    const add = () => this.act(async () => {
      await clinic.addHistory(p.id, {text: what.selectedOptions[0].textContent, snomed: what.value,
                                     year: Number(year.value) || 0, active: true});
      await this.loadPatient();
    }, 'Added to the past history.');
    return [
      h('h3', {class: 'side-title'}, 'Past history'),
      all.length ? h('ul', {class: 'history'}, all.map((e) => h('li', {},
          h('span', {}, e.text), isCancer(e) && h('span', {class: 'tag'}, 'Cancer'),
          h('span', {class: 'quiet'}, [e.year || '', e.active ? 'active' : ''].filter(Boolean).join(', ')))))
                 : h('p', {class: 'quiet'}, 'Nothing recorded.'),
      h('details', {class: 'add-history'}, h('summary', {}, 'Add to past history'),
        h('div', {class: 'row'}, what, year, h('button', {type: 'button', 'data-focus': 'add',
                                                          onclick: add}, 'Add'))),
    ];
  }
}
