// SPDX-License-Identifier: Apache-2.0
// The dialogs: a patient (new or edited), an appointment (new or moved), days away. A form stays open with what was typed
// until the practice has taken it.

import {addDays, clinic, fullName, h, isDate, longDate, minutesOf, shortDate, statusKey, timeOf,
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
                 problem, h('div', {class: 'dialog-body'}, body.filter(Boolean)),
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

// Of those, the ones that lie within the practitioner's sessions; none on days away.
async function withinSessions(practitioner, date, free, minutes) {
  const slots = new Set();
  try {
    const answer = await clinic.free(practitioner, date);
    for (const slot of answer.slots) {
      for (let t = 0; t < slot.minutes; t += GRID) slots.add(minutesOf(slot.time) + t);
    }
  } catch (error) {
    if (error.status === 409) return {inside: [], away: error.message};
    throw error;
  }
  const inside = free.filter((start) => {
    for (let t = start; t < start + minutes; t += GRID) if (!slots.has(t)) return false;
    return true;
  });
  return {inside, away: ''};
}

// The free times of a practitioner's day, to choose one of.
function timesField({who, when, minutes, today, nowMinutes, wantedTime, without}) {
  const box = h('div', {class: 'times', role: 'radiogroup', 'aria-label': 'Free times'});
  const choice = (t, checked) =>
      h('label', {class: 'time'}, h('input', {type: 'radio', name: 'time', value: timeOf(t), checked}),
        h('span', {}, timeOf(t)));
  let turn = 0;
  async function fill() {
    const mine = ++turn;
    const wanted = box.querySelector(':checked')?.value ?? wantedTime;
    if (!isDate(when.value)) return;
    let free, inside, away;
    try {
      const diary = await clinic.diary(when.value);
      const column = diary.practitioners.find((p) => String(p.id) === who.value);
      free = freeTimes((column?.appointments ?? []).filter((a) => String(a.id) !== without), minutes());
      ({inside, away} = await withinSessions(who.value, when.value, free, minutes()));
      if (without) {  // its own time is free for it, though the practice counts it as taken
        inside = free.filter((t) => inside.includes(t) || t === minutesOf(wantedTime));
      }
    } catch (error) {
      box.replaceChildren(h('p', {class: 'problem'}, error.message));
      return;
    }
    if (mine !== turn) return;
    const now = when.value === today ? nowMinutes : -1;
    const later = inside.filter((t) => t >= now), earlier = inside.filter((t) => t < now);
    const outside = free.filter((t) => !inside.includes(t));
    const pick = wanted && free.includes(minutesOf(wanted)) ? minutesOf(wanted)
                                                            : later[0] ?? earlier[0] ?? outside[0];
    const part = (title, list) => list.length
        ? [title && h('p', {class: 'times-title'}, title), ...list.map((t) => choice(t, t === pick))]
        : [];
    box.replaceChildren(...(away ? [h('p', {class: 'times-note'}, away)] : []),
                        ...part(earlier.length || outside.length ? 'Free' : '', later),
                        ...part('Earlier today', earlier),
                        ...part(away ? 'On a day away' : 'Outside their sessions', outside));
    if (!free.length) {
      box.append(h('p', {}, `No ${minutes()} minutes are free on ${longDate(when.value)}. `),
                 h('button', {type: 'button', onclick: () => {
                   when.value = addDays(when.value, 1);
                   fill();
                 }}, 'Try the next day'));
    }
  }
  return {box, fill, value: () => box.querySelector(':checked')?.value ?? ''};
}

// Books, or moves `moving`, which keeps its patient, type and reason.
export function openAppointmentForm({practice, date, today, nowMinutes, preset = {}, moving = null, onSaved}) {
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
  const minutes = () => moving ? moving.minutes || GRID
                               : types.find((t) => String(t.id) === what.value)?.minutes || GRID;
  const times = timesField({who, when, minutes, today, nowMinutes, wantedTime: preset.time,
                            without: moving ? String(moving.id) : ''});

  function fillLocations() {
    const person = practitioners.find((p) => String(p.id) === who.value);
    const places = (person?.locations ?? []).map(String);
    const usable = locations.filter((l) => !places.length || places.includes(String(l.id)));
    where.replaceChildren(...usable.map((l) => h('option', {value: l.id,
        selected: String(l.id) === String(preset.location)}, l.name)));
  }
  who.addEventListener('change', () => { fillLocations(); times.fill(); });
  for (const control of [what, when]) control.addEventListener('change', times.fill);
  fillLocations();
  times.fill();

  const body = [
    moving ? h('p', {}, `${moving.patient_name}, ${moving.type_name}, ${minutes()} minutes.`) : picker.box,
    h('fieldset', {}, h('legend', {}, 'With'), field('Practitioner', who, 'w3'),
      field('Location', where, 'w3'), !moving && field('Appointment type', what, 'w3'),
      !moving && field('Reason (optional)', reason, 'w3')),
    h('fieldset', {}, h('legend', {}, 'When'), field('Date', when, 'w2'), times.box),
  ];
  const dialog = formDialog(moving ? 'Move appointment' : 'New appointment',
                            moving ? 'Move it here' : 'Book appointment', body, async () => {
    if (!moving && !patient) {
      picker.input.focus();
      throw new Error('Choose a patient: type a part of the name and pick one from the list.');
    }
    const time = times.value();
    if (!time) throw new Error('Choose a free time.');
    const place = {practitioner: who.value, location: where.value, date: when.value, time, force: false};
    const taken = (error) => {
      if (error.status === 409) times.fill();  // somebody was quicker
      throw error;
    };
    const saved = moving
        ? clinic.editAppointment(moving.id, place)
        : clinic.book({...place, patient: String(patient.id), type: what.value, minutes: minutes(),
                       reason: reason.value.trim()});
    const {id} = await saved.catch(taken);
    toast(`${moving ? 'Moved to' : 'Booked for'} ${time} on ${longDate(when.value)}.`);
    onSaved(id, when.value);
  });
  if (moving || patient) who.focus();
  else picker.input.focus();
  return dialog;
}

// ---- Days away ---------------------------------------------------------------------------------

export function openAwayForm({practitioners, away, date, today, onSaved}) {
  const who = h('select', {}, practitioners.map((p) => h('option', {value: p.id}, p.name)));
  const first = date >= today ? date : today;
  const from = h('input', {type: 'date', required: true, value: first});
  const to = h('input', {type: 'date', required: true, value: first});
  const reason = h('input', {type: 'text', maxlength: 100, autocomplete: 'off', placeholder: 'Annual leave'});
  from.addEventListener('change', () => { if (to.value < from.value) to.value = from.value; });
  const list = h('ul', {class: 'rows'});
  const rows = away.filter((a) => a.to >= today);
  const draw = () => list.replaceChildren(...rows.map((a) => h('li', {class: 'away-row'},
      h('span', {class: 'row-text'}, h('b', {}, a.name),
        h('span', {}, [a.from === a.to ? shortDate(a.from) : `${shortDate(a.from)} to ${shortDate(a.to)}`,
                       a.reason].filter(Boolean).join(' · '))),
      h('button', {type: 'button', 'aria-label': `Take back the days away of ${a.name}`, onclick: async () => {
        try {
          await clinic.takeBackAway(a.id);
          rows.splice(rows.indexOf(a), 1);
          draw();
          toast(`${a.name} is in on those days.`);
          who.focus();
          onSaved();
        } catch (error) {
          toast(error.message, 'bad');
        }
      }}, 'Take back'))));
  draw();
  return formDialog('Days away', 'Set away', [
    h('p', {class: 'quiet'}, 'On these days the practice offers no free times of the practitioner. ' +
                             'What is booked already stays in the book.'),
    h('fieldset', {}, h('legend', {}, 'Who and when'), field('Practitioner', who, 'w6'),
      field('First day', from, 'w3'), field('Last day', to, 'w3'), field('Reason (optional)', reason, 'w6')),
    rows.length > 0 && h('div', {}, h('h3', {class: 'side-title'}, 'Away soon'), list),
  ], async () => {
    if (to.value < from.value) throw new Error('The last day must not be before the first.');
    await clinic.setAway({practitioner: who.value, from: from.value, to: to.value, reason: reason.value.trim()});
    toast(`${who.selectedOptions[0].textContent} is away.`);
    onSaved();
  });
}

// What ends an appointment asks once more, in place. `plain`: there is no danger in a yes.
export function confirmIn(place, question, yes, no, act, plain = false) {
  const close = () => box.remove();
  const box = h('div', {class: plain ? 'confirm plain' : 'confirm', role: 'alertdialog', 'aria-label': question},
                h('p', {}, question),
                h('div', {class: 'row'},
                  h('button', {type: 'button', class: plain ? 'primary' : 'danger',
                               onclick: () => { close(); act(); }}, yes),
                  h('button', {type: 'button', onclick: close}, no)));
  place.querySelector('.confirm')?.remove();
  place.append(box);
  box.querySelector('button').focus();
}

