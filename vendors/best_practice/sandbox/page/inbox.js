// SPDX-License-Identifier: Apache-2.0
// Reports that came in through the results import: what waits for a doctor, what waits for staff to
// say whose it is, and the importer itself. A list and a reading pane; on a phone one after the other.

import {announce, clinic, fullName, h, shortDate, toast} from './clinic.js';
import {documentView, kindWords, receivedWords} from './document.js';
import {patientPicker} from './picker.js';

const GROUPS = [
  ['incoming', 'To allocate', 'No patient or no doctor was found for these.'],
  ['unchecked', 'Unchecked', 'These wait in a doctor’s inbox.'],
];

function waitWords(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

export class Inbox {
  // app: {reports, practice, today, refresh(), openPatient(), writeAddress()}
  constructor(element, app) {
    this.element = element;
    this.app = app;
    this.chosen = '';
    this.importer = null;
    this.head = h('header', {class: 'inbox-head'});
    this.list = h('div', {class: 'inbox-list'});
    this.reading = h('article', {class: 'reading', 'aria-label': 'Report'});
    element.append(this.head, h('div', {class: 'inbox-panes'}, this.list, this.reading));
    this.list.addEventListener('keydown', (event) => this.move(event));
    setInterval(() => this.tick(), 1000);
  }

  get isOpen() {
    return !this.element.hidden;
  }

  async refresh() {
    if (!this.isOpen) return;
    this.importer = await clinic.importer();
    this.draw();
  }

  choose(id, {focus = false} = {}) {
    this.chosen = String(id ?? '');
    this.element.classList.toggle('is-reading', Boolean(this.chosen));
    this.app.writeAddress();
    this.draw();
    if (focus) (this.chosen ? this.reading.querySelector('h2') : this.list.querySelector('button'))?.focus();
  }

  draw() {
    const {reports} = this.app;
    if (this.chosen && this.app.reportsRead && !reports.some((r) => r.id === this.chosen)) {
      this.chosen = '';
      this.element.classList.remove('is-reading');
    }
    this.part(this.head, JSON.stringify([this.importer, reports.length]), () => this.headParts());
    this.part(this.list, JSON.stringify([reports, this.chosen]), () => this.listParts());
    // Nobody's typing in the pane is swept away: it is drawn again only for another report.
    const report = reports.find((r) => r.id === this.chosen);
    this.part(this.reading, JSON.stringify(report ?? reports.length), () => this.readingParts(report));
    this.tick();
  }

  // Draws a part anew only where it changed, and gives the focus back.
  part(element, signature, build) {
    if (element.dataset.drawn === signature) return;
    const key = element.contains(document.activeElement) ? document.activeElement.dataset.focus : '';
    element.dataset.drawn = signature;
    element.replaceChildren(...build().filter(Boolean));
    if (key) (element.querySelector(`[data-focus="${key}"]`) ?? element.querySelector('h2, h3'))?.focus();
  }

  tick() {
    const place = this.head.querySelector('.next-run');
    if (place && this.importer?.next_run_ms) {
      place.textContent = `looks again in ${waitWords(this.importer.next_run_ms - Date.now())}`;
    }
  }

  // ---- The importer ----

  headParts() {
    const i = this.importer;
    const act = (fields, done) => async () => {
      try {
        const before = this.importer?.imported ?? 0;
        this.importer = await clinic.setImporter(fields);
        toast(typeof done === 'function' ? done(this.importer.imported - before) : done);
      } catch (error) {
        toast(error.message, 'bad');
      }
      await this.app.refresh();
    };
    const count = i?.files.length ?? 0;
    const state = !i ? 'Reading' : i.error ? i.error
                 : i.running ? 'Running' : 'Stopped: files stay where they are';
    return [
      h('div', {}, h('h2', {tabindex: '-1', id: 'inbox-title'}, 'Incoming reports'),
        h('p', {class: 'importer'},
          h('span', {class: `import-dot ${!i || i.error ? 'bad' : i.running ? 'on' : 'off'}`, 'aria-hidden': 'true'}),
          h('span', {}, h('b', {}, 'Results import'), ' ', state,
            i?.running && !i.error && ', ', i?.running && !i.error && h('span', {class: 'next-run'})),
          count > 0 && h('span', {class: 'tag warn'}, `${count} ${count === 1 ? 'file' : 'files'} in the folder`)),
        i && h('p', {class: 'folder', title: i.folder}, i.folder)),
      i && h('div', {class: 'row'},
             h('button', {type: 'button', 'data-focus': 'refresh', onclick: act({run_now: true},
                 (n) => n > 0 ? `${n} ${n === 1 ? 'report' : 'reports'} imported.` : 'Nothing new in the folder.')},
               'Refresh now'),
             h('button', {type: 'button', 'data-focus': 'running', onclick: act({running: !i.running},
                 i.running ? 'The import is stopped.' : 'The import is running.')},
               i.running ? 'Stop import' : 'Start import')),
    ];
  }

  // ---- The list ----

  listParts() {
    const {reports} = this.app;
    if (!reports.length) {
      return [h('div', {class: 'inbox-empty'},
                h('h3', {}, 'No reports are waiting'),
                h('p', {class: 'quiet'}, 'A report appears here when the results import has read its ' +
                                         'file. Checked reports are in the patient’s record.'))];
    }
    return GROUPS.flatMap(([state, title, note]) => {
      const rows = reports.filter((r) => r.state === state);
      if (!rows.length) return [];
      return [h('div', {class: 'group-head'}, h('h3', {}, title, ' ', h('span', {class: 'count'}, String(rows.length))),
                h('p', {}, note)),
              h('ul', {class: 'rows'}, rows.map((r) => h('li', {}, this.row(r))))];
    });
  }

  row(r) {
    return h('button', {type: 'button', class: 'report-row', 'data-focus': `report-${r.id}`, 'data-id': r.id,
                        'aria-current': r.id === this.chosen ? 'true' : null,
                        onclick: () => this.choose(r.id, {focus: true})},
             h('span', {class: 'report-top'}, h('b', {}, r.patient_name || 'No name'), ' ',
               h('span', {class: 'quiet'}, receivedWords(r.received, this.app.today))), ' ',
             h('span', {class: 'report-title'}, r.title || 'Report'), ' ',
             h('span', {class: 'quiet'}, r.addressed_to ? `To ${r.addressed_to}` : 'To nobody by name'));
  }

  move(event) {
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    const row = event.target.closest('.report-row');
    if (!step || !row) return;
    event.preventDefault();
    const all = [...this.list.querySelectorAll('.report-row')];
    all[all.indexOf(row) + step]?.focus();
  }

  // ---- One report ----

  readingParts(r) {
    if (!r) {
      return this.app.reports.length
          ? [h('p', {class: 'reading-none quiet'}, 'Choose a report to read it.')] : [];
    }
    const facts = [
      ['Patient', r.patient ? h('button', {type: 'button', class: 'link', 'data-focus': 'patient',
                                           onclick: () => this.app.openPatient(r.patient)}, r.patient_name)
                            : h('span', {}, r.patient_name, ' ', h('span', {class: 'tag warn'}, 'Not matched'))],
      ['Born', shortDate(r.birth_date)], ['Addressed to', r.addressed_to],
      ['Provider no.', r.provider_number],
      ['Allocated to', r.allocated_to || h('span', {class: 'tag warn'}, 'Nobody yet')],
      ['Received', receivedWords(r.received, this.app.today)],
      ['From', [r.sender, r.report_id].filter(Boolean).join(', report ')],
      ['Document', kindWords(r.content_type, r.bytes)],
    ].filter(([, value]) => value);
    return [
      h('button', {type: 'button', class: 'back', 'data-focus': 'back',
                   onclick: () => this.choose('', {focus: true})}, 'Back to the list'),
      h('div', {class: 'reading-head'}, h('h2', {tabindex: '-1'}, r.title || 'Report'),
        r.state === 'unchecked' && h('button', {type: 'button', class: 'primary', 'data-focus': 'check',
                                                onclick: () => this.check(r)}, 'Mark as checked')),
      h('dl', {class: 'facts'}, facts.flatMap(([k, v]) => [h('dt', {}, k), h('dd', {}, v)])),
      r.state === 'incoming' && this.allocation(r),
      documentView('reports', r),
    ];
  }

  async check(r) {
    const all = this.app.reports.map((x) => x.id);
    const next = all[all.indexOf(r.id) + 1] ?? all[all.indexOf(r.id) - 1] ?? '';
    try {
      await clinic.editReport(r.id, {checked: true});
      toast(`Checked: ${r.title} is in the record of ${r.patient_name}.`);
      this.chosen = next;
    } catch (error) {
      toast(error.message, 'bad');
    }
    await this.app.refresh();
    (this.reading.querySelector('h2') ?? this.head.querySelector('h2')).focus();
  }

  allocation(r) {
    let patient = null;
    const picker = r.patient ? null : patientPicker({
      label: 'Patient', placeholder: 'Name or number', keep: true, showLabel: true,
      onPick: (p) => { patient = p; }});
    picker?.input.addEventListener('input', () => { patient = null; });
    const who = r.allocated_to ? null : h('select', {id: 'allocate-to', 'data-focus': 'who'},
        this.app.practice.practitioners.map((p) => h('option', {value: p.id}, p.name)));
    const save = async () => {
      if (picker && !patient) {
        picker.input.focus();
        return toast('Choose the patient: type a part of the name and pick one from the list.', 'bad');
      }
      try {
        await clinic.editReport(r.id, {...(patient ? {patient: String(patient.id)} : {}),
                                       ...(who ? {practitioner: who.value} : {})});
        toast(patient ? `Allocated to the record of ${fullName(patient)}.` : 'Allocated.');
        announce('The report is allocated.');
      } catch (error) {
        toast(error.message, 'bad');
      }
      await this.app.refresh();
    };
    return h('div', {class: 'allocate', role: 'group', 'aria-label': 'Allocate this report'},
             picker?.box,
             who && h('div', {class: 'field'}, h('label', {class: 'label', for: 'allocate-to'}, 'Doctor'), who),
             h('button', {type: 'button', class: 'primary', 'data-focus': 'allocate', onclick: save}, 'Allocate'));
  }
}
