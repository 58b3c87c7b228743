// SPDX-License-Identifier: Apache-2.0
// A field that finds a patient as somebody types: the combobox pattern, whole by keyboard.

import {ClinicError, clinic, fullName, h, shortDate} from './clinic.js';

let pickers = 0;

// onPick(patient) is called with a row of the search. `keep`: the name stays in the field.
export function patientPicker({label, placeholder, onPick, keep = false, showLabel = false}) {
  const number = ++pickers;
  const list = h('ul', {role: 'listbox', id: `picker-${number}`, class: 'picker-list',
                        'aria-label': 'Patients found', hidden: true});
  const input = h('input', {
    type: 'search', role: 'combobox', autocomplete: 'off', spellcheck: 'false', placeholder,
    'aria-expanded': 'false', 'aria-controls': list.id, 'aria-autocomplete': 'list',
    'aria-label': showLabel ? null : label, id: `picker-input-${number}`,
  });
  const box = h('div', {class: 'picker'},
                showLabel && h('label', {for: input.id}, label), input, list);
  let found = [], active = -1, timer = 0, asked = 0;

  const close = () => {
    list.hidden = true;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
    active = -1;
  };
  const show = (children) => {
    list.replaceChildren(...children);
    list.hidden = false;
    input.setAttribute('aria-expanded', 'true');
  };
  const mark = (index) => {
    active = index;
    [...list.querySelectorAll('[role=option]')].forEach((option, i) => {
      option.setAttribute('aria-selected', String(i === index));
      if (i === index) {
        input.setAttribute('aria-activedescendant', option.id);
        option.scrollIntoView({block: 'nearest'});
      }
    });
  };
  const pick = (patient) => {
    input.value = keep ? fullName(patient) : '';
    close();
    onPick(patient);
  };
  const note = (text) => h('li', {class: 'picker-note', role: 'presentation'}, text);

  async function search() {
    const text = input.value.trim();
    const turn = ++asked;
    if (text.length < 2) return close();
    try {
      const answer = await clinic.search(text);
      if (turn !== asked) return;
      found = answer.patients ?? [];
      active = -1;
      input.removeAttribute('aria-activedescendant');
      const rows = found.map((patient, i) => h('li', {
        role: 'option', id: `picker-${number}-${i}`, 'aria-selected': 'false',
        onmousedown: (event) => event.preventDefault(), onclick: () => pick(patient),
      }, h('b', {}, fullName(patient)), h('span', {}, [
        shortDate(patient.birth_date) && `born ${shortDate(patient.birth_date)}`,
        patient.address?.city].filter(Boolean).join(' · '))));
      const more = (answer.total ?? found.length) - found.length;
      if (!found.length) rows.push(note(`Nobody here is called “${text}”.`));
      if (more > 0) rows.push(note(`${more.toLocaleString('en-AU')} more. Type more of the name.`));
      show(rows);
    } catch (error) {
      if (turn === asked && error instanceof ClinicError) show([note(error.message)]);
    }
  }

  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(search, 150);
  });
  input.addEventListener('focus', () => input.value.trim().length >= 2 && !keep && search());
  input.addEventListener('blur', () => setTimeout(close, 120));
  input.addEventListener('keydown', (event) => {
    const last = found.length - 1;
    if (event.key === 'ArrowDown' && !list.hidden) mark(active >= last ? 0 : active + 1);
    else if (event.key === 'ArrowUp' && !list.hidden) mark(active <= 0 ? last : active - 1);
    else if (event.key === 'Enter' && !list.hidden && found.length) pick(found[Math.max(0, active)]);
    else if (event.key === 'Escape' && !list.hidden) close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return {box, input};
}
