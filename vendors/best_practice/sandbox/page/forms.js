// SPDX-License-Identifier: Apache-2.0
// The dialogs: a patient (new or edited), a new appointment. A form stays open with what was typed
// until the practice has taken it.

import {addDays, clinic, fullName, h, isDate, longDate, minutesOf, statusKey, timeOf,
        toast} from './clinic.js';
import {patientPicker} from './picker.js';

const OPEN = 8 * 60, CLOSE = 17 * 60 + 30, GRID = 15;

// A modal dialog around a form; `save` throws to keep it open.
function formDialog(title, saveLabel, body, save) {
  const problem = h('p', {class: 'problem', role: 'alert', hidden: true});
  const button = h('button', {type: 'submit', class: 'primary'}, saveLabel);
  const dialog = h('dialog', {class: 'dialog', 'aria-labelledby': 'dialog-title'});
  const close = () => dialog.close();
  const form = h('form', {novalidate: true},
                 h('header', {}, h('h2', {id: 'dialog-title'}, title),
                   h('button', {type: 'button', class: 'icon', 'aria-label': 'Close', onclick: close},
                     '×')),
                 problem, h('div', {class: 'dialog-body'}, body),
                 h('footer', {}, h('button', {type: 'button', onclick: close}, 'Close without saving'),
                   button));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const wrong = form.querySelector('input:invalid, select:invalid');
    if (wrong) {
      problem.textContent = `${labelOf(wrong)}: ${wrong.validationMessage}`;
      problem.hidden = false;
      wrong.focus();
      return;
    }
    button.disabled = true;
    problem.hidden = true;
    try {
      await save();
      dialog.close();
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
      problem.scrollIntoView({block: 'nearest'});
    }
    button.disabled = false;
  });
  dialog.append(form);
  const opener = document.activeElement;
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (opener?.isConnected) opener.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

const labelOf = (field) =>
    field.labels?.[0]?.querySelector('.label')?.textContent ?? field.getAttribute('aria-label') ?? 'Field';

function field(label, control, extra = '') {
  return h('label', {class: `field ${extra}`}, h('span', {class: 'label'}, label), control);
}

function options(list, value) {
  const known = list.map((o) => (Array.isArray(o) ? o : [o, o]));
  if (value && !known.some(([v]) => v === value)) known.push([value, value]);
  return known.map(([v, text]) => h('option', {value: v, selected: v === (value ?? '')}, text));
}

// ---- Patient -----------------------------------------------------------------------------------

const TITLES = ['', 'Mr.', 'Mrs.', 'Ms.', 'Miss', 'Mast.', 'Dr.', 'Prof.'];
const ETHNICITIES = ['', 'Aboriginal', 'Torres Strait Islander', 'Aboriginal/Torres Strait Islander',
                     'Non Aboriginal/Torres Strait Islander', 'Australian', 'Chinese', 'English',
                     'Greek', 'Indian', 'Italian', 'Lebanese', 'New Zealander', 'Vietnamese',
                     'Not provided'];

// [path, label, control attributes or choices, css class]
const PATIENT_FIELDS = [
  ['Name'],
  ['title', 'Title', TITLES, 'w1'],
  ['given', 'First name', {required: true, maxlength: 40, autocomplete: 'off'}, 'w2'],
  ['middle', 'Middle name', {maxlength: 30, autocomplete: 'off'}, 'w3'],
  ['family', 'Last name', {required: true, maxlength: 40, autocomplete: 'off'}, 'w3'],
  ['preferred', 'Preferred name', {maxlength: 30, autocomplete: 'off'}, 'w3'],
  ['About'],
  ['birth_date', 'Date of birth', {type: 'date', min: '1890-01-01'}, 'w2'],
  ['sex', 'Sex', [['', 'Not recorded'], 'Female', 'Male', 'Other'], 'w2'],
  ['ethnicity', 'Ethnicity', ETHNICITIES.map((e) => (e ? e : ['', 'Not recorded'])), 'w2'],
  ['Address'],
  ['address.line1', 'Street', {maxlength: 40, autocomplete: 'off'}, 'w6'],
  ['address.line2', 'Street, second line', {maxlength: 40, autocomplete: 'off'}, 'w6'],
  ['address.city', 'City or suburb', {maxlength: 40, autocomplete: 'off'}, 'w4'],
  ['address.postcode', 'Postcode', {maxlength: 4, inputmode: 'numeric', autocomplete: 'off'}, 'w2'],
  ['Contact'],
  ['mobile_phone', 'Mobile phone', {type: 'tel', maxlength: 14, autocomplete: 'off'}, 'w2'],
  ['home_phone', 'Home phone', {type: 'tel', maxlength: 14, autocomplete: 'off'}, 'w2'],
  ['work_phone', 'Work phone', {type: 'tel', maxlength: 14, autocomplete: 'off'}, 'w2'],
  ['email', 'E-mail', {type: 'email', maxlength: 250, autocomplete: 'off'}, 'w6'],
  ['Cards'],
  ['medicare', 'Medicare number', {inputmode: 'numeric', maxlength: 13, autocomplete: 'off'}, 'w2'],
  ['medicare_line', 'Line (IRN)', {inputmode: 'numeric', maxlength: 1, autocomplete: 'off'}, 'w2'],
  ['medicare_expiry', 'Medicare expiry', {placeholder: 'MM/YYYY', pattern: '(0[1-9]|1[0-2])/[0-9]{4}',
                                          maxlength: 7, autocomplete: 'off'}, 'w2'],
  ['individual_number', 'IHI', {inputmode: 'numeric', maxlength: 16, autocomplete: 'off'}, 'w2'],
  ['dva_number', 'DVA number', {maxlength: 14, autocomplete: 'off'}, 'w2'],
  ['dva_color', 'DVA card', ['', 'Gold', 'White', 'Orange'], 'w2'],
];

const read = (record, path) => path.split('.').reduce((o, key) => o?.[key], record) ?? '';

function write(record, path, value) {
  const [first, second] = path.split('.');
  if (second) (record[first] ??= {})[second] = value;
  else record[first] = value;
}

// Only what was changed; a changed part of the address sends the whole address.
function patientChanges(controls, patient) {
  const changes = {};
  let address = false;
  for (const [path, control] of controls) {
    const value = control.value.trim();
    if (value === String(read(patient, path))) continue;
    if (path.startsWith('address.')) address = true;
    else write(changes, path, value);
  }
  if (address) {
    for (const [path, control] of controls) {
      if (path.startsWith('address.')) write(changes, path, control.value.trim());
    }
  }
  return changes;
}

export function openPatientForm({patient = null, onSaved}) {
  const controls = new Map();
  const body = [];
  for (const [path, label, kind, width] of PATIENT_FIELDS) {
    if (!label) {
      body.push(h('fieldset', {}, h('legend', {}, path)));
      continue;
    }
    const value = String(read(patient, path));
    const control = Array.isArray(kind) ? h('select', {}, options(kind, value))
                                        : h('input', {type: 'text', ...kind, value});
    controls.set(path, control);
    body.at(-1).append(field(label, control, width));
  }
  return formDialog(patient ? 'Edit patient' : 'New patient', patient ? 'Save changes' : 'Add patient',
                    body, async () => {
    const changes = patientChanges(controls, patient);
    if (patient && !Object.keys(changes).length) return;
    const answer = patient ? await clinic.editPatient(patient.id, changes)
                           : await clinic.addPatient(changes);
    toast(patient ? 'The patient’s details are saved.' : 'The patient is in the practice.');
    onSaved(answer.id ?? patient?.id);
  });
}

// ---- Appointment -------------------------------------------------------------------------------

// Starts on the grid where `minutes` fit between what is booked.
export function freeTimes(appointments, minutes) {
  const taken = appointments
      .filter((a) => statusKey(a.status) !== 'cancelled')
      .map((a) => [minutesOf(a.time), minutesOf(a.time) + (a.minutes || GRID)]);
  const free = [];
  for (let t = OPEN; t + minutes <= CLOSE; t += GRID) {
    if (!taken.some(([from, to]) => from < t + minutes && to > t)) free.push(t);
  }
  return free;
}

export function openAppointmentForm({practice, date, today, nowMinutes, preset = {}, onSaved}) {
  const {practitioners, locations, types} = practice;
  let patient = preset.patient ?? null;
  const picker = patientPicker({label: 'Patient', placeholder: 'Name or number', keep: true,
                                showLabel: true, onPick: (p) => { patient = p; }});
  picker.input.addEventListener('input', () => { patient = null; });
  if (patient) picker.input.value = fullName(patient);

  const who = h('select', {}, practitioners.map((p) => h('option', {value: p.id,
      selected: String(p.id) === String(preset.practitioner)}, p.name)));
  const where = h('select', {});
  const what = h('select', {}, types.map((t) => h('option', {value: t.id}, t.name)));
  const when = h('input', {type: 'date', required: true, value: date});
  const reason = h('input', {type: 'text', maxlength: 200, autocomplete: 'off'});
  const times = h('div', {class: 'times', role: 'radiogroup', 'aria-label': 'Free times'});
  const minutes = () => types.find((t) => String(t.id) === what.value)?.minutes || GRID;

  function fillLocations() {
    const person = practitioners.find((p) => String(p.id) === who.value);
    const places = (person?.locations ?? []).map(String);
    const usable = locations.filter((l) => !places.length || places.includes(String(l.id)));
    where.replaceChildren(...usable.map((l) => h('option', {value: l.id,
        selected: String(l.id) === String(preset.location)}, l.name)));
  }

  function timeChoice(t, checked) {
    const input = h('input', {type: 'radio', name: 'time', value: timeOf(t), checked});
    return h('label', {class: 'time'}, input, h('span', {}, timeOf(t)));
  }

  let turn = 0;
  async function fillTimes() {
    const mine = ++turn;
    const wanted = times.querySelector(':checked')?.value ?? preset.time;
    if (!isDate(when.value)) return;
    let free;
    try {
      const diary = await clinic.diary(when.value);
      const column = diary.practitioners.find((p) => String(p.id) === who.value);
      free = freeTimes(column?.appointments ?? [], minutes());
    } catch (error) {
      times.replaceChildren(h('p', {class: 'problem'}, error.message));
      return;
    }
    if (mine !== turn) return;
    const now = when.value === today ? nowMinutes : -1;
    const later = free.filter((t) => t >= now), earlier = free.filter((t) => t < now);
    const pick = free.includes(minutesOf(wanted)) && wanted ? minutesOf(wanted)
                                                            : later[0] ?? earlier[0];
    const part = (title, list) => list.length
        ? [title && h('p', {class: 'times-title'}, title), ...list.map((t) => timeChoice(t, t === pick))]
        : [];
    times.replaceChildren(...part(earlier.length ? 'Still to come' : '', later),
                          ...part('Earlier today', earlier));
    if (!free.length) {
      times.append(h('p', {}, `No ${minutes()} minutes are free on ${longDate(when.value)}. `),
                   h('button', {type: 'button', onclick: () => {
                     when.value = addDays(when.value, 1);
                     fillTimes();
                   }}, 'Try the next day'));
    }
  }

  who.addEventListener('change', () => { fillLocations(); fillTimes(); });
  for (const control of [what, when]) control.addEventListener('change', fillTimes);
  fillLocations();
  fillTimes();

  const body = [
    picker.box,
    h('fieldset', {}, h('legend', {}, 'With'), field('Practitioner', who, 'w3'),
      field('Location', where, 'w3'), field('Appointment type', what, 'w3'),
      field('Reason (optional)', reason, 'w3')),
    h('fieldset', {}, h('legend', {}, 'When'), field('Date', when, 'w2'), times),
  ];
  const dialog = formDialog('New appointment', 'Book appointment', body, async () => {
    if (!patient) {
      picker.input.focus();
      throw new Error('Choose a patient: type a part of the name and pick one from the list.');
    }
    const time = times.querySelector(':checked')?.value;
    if (!time) throw new Error('Choose a free time.');
    const answer = await clinic.book({
      patient: String(patient.id), practitioner: who.value, location: where.value, type: what.value,
      date: when.value, time, minutes: minutes(), reason: reason.value.trim(),
    });
    toast(`Booked for ${time} on ${longDate(when.value)}.`);
    onSaved(answer.id, when.value);
  });
  if (patient) who.focus();
  else picker.input.focus();
  return dialog;
}

// What ends an appointment asks once more, in place.
export function confirmIn(place, question, yes, no, act) {
  const close = () => box.remove();
  const box = h('div', {class: 'confirm', role: 'alertdialog', 'aria-label': question},
                h('p', {}, question),
                h('div', {class: 'row'},
                  h('button', {type: 'button', class: 'danger', onclick: () => { close(); act(); }}, yes),
                  h('button', {type: 'button', onclick: close}, no)));
  place.querySelector('.confirm')?.remove();
  place.append(box);
  box.querySelector('button').focus();
}

