// SPDX-License-Identifier: Apache-2.0
// The day as a grid: a column per practitioner, a card per appointment. Drawing again keeps every
// element that still stands for the same thing, so that focus and scrolling survive a refresh.

import {STATUSES, h, minutesOf, statusKey, statusMark, timeOf} from './clinic.js';

const GRID = 15;
const ROW = 36;  // px for a quarter of an hour; style.css draws its lines by --row

const OPEN = 8 * 60;
const CLOSE = 17 * 60 + 30;

export function hoursOf(columns) {
  let from = OPEN, to = CLOSE;
  for (const column of columns) {
    for (const a of column.appointments) {
      const start = minutesOf(a.time);
      from = Math.min(from, start);
      to = Math.max(to, start + (a.minutes || GRID));
    }
  }
  return {from: Math.floor(from / 60) * 60, to: Math.min(24 * 60, Math.ceil(to / 30) * 30)};
}

// Appointments that overlap stand side by side.
function lanesOf(appointments) {
  const sorted = [...appointments].sort((a, b) => minutesOf(a.time) - minutesOf(b.time));
  const placed = new Map();
  let cluster = [], ends = [], clusterEnd = -1;
  const close = () => {
    for (const id of cluster) placed.get(id).of = ends.length;
    cluster = [];
    ends = [];
  };
  for (const a of sorted) {
    const start = minutesOf(a.time), end = start + (a.minutes || GRID);
    if (start >= clusterEnd) close();
    let lane = ends.findIndex((e) => e <= start);
    if (lane < 0) lane = ends.push(0) - 1;
    ends[lane] = end;
    clusterEnd = Math.max(clusterEnd, end);
    placed.set(a.id, {lane, of: 1});
    cluster.push(a.id);
  }
  close();
  return placed;
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
function setAttr(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

// Keeps the children of `parent` equal to `items`, making and removing only what changed.
function reconcile(parent, items, keyOf, make, update) {
  const old = new Map();
  for (const child of parent.children) old.set(child.dataset.key, child);
  let at = parent.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    let child = old.get(key);
    old.delete(key);
    if (!child) {
      child = make(item);
      child.dataset.key = key;
    }
    if (child === at) at = at.nextElementSibling;
    else parent.insertBefore(child, at);
    update(child, item);
  }
  for (const child of old.values()) child.remove();
}

export class Diary {
  constructor({grid, tabs, scroll, onOpen, onFree}) {
    Object.assign(this, {grid, tabs, scroll, onOpen, onFree});
    this.chosen = '';    // the column of the tabs, on narrow screens
    this.selected = '';  // the appointment in the panel
    this.fresh = new Set();  // just booked elsewhere, and shown as such for a moment
    this.axis = h('div', {class: 'axis', 'aria-hidden': 'true'});
    this.columns = h('div', {class: 'columns'});
    this.nowLine = h('div', {class: 'now', 'aria-hidden': 'true', hidden: true});
    this.nowTime = h('span', {class: 'now-time'});
    grid.append(this.axis, this.columns, this.nowLine);
    grid.style.setProperty('--row', `${ROW}px`);
    this.columns.addEventListener('keydown', (event) => this.move(event));
  }

  draw(columns, {date, isToday, nowMinutes}) {
    const hours = hoursOf(columns);
    const same = this.hours && this.hours.from === hours.from && this.hours.to === hours.to;
    this.hours = hours;
    this.date = date;
    this.nowMinutes = isToday ? nowMinutes : -1;
    if (!same) this.drawAxis();
    if (!columns.some((c) => String(c.id) === this.chosen)) this.chosen = String(columns[0]?.id ?? '');
    this.grid.style.setProperty('--count', String(Math.max(1, columns.length)));
    reconcile(this.columns, columns, (c) => c.id, (c) => this.makeColumn(c),
              (el, c) => this.updateColumn(el, c));
    reconcile(this.tabs, columns, (c) => c.id, (c) => this.makeTab(c),
              (el, c) => this.updateTab(el, c));
    this.drawNow();
  }

  drawAxis() {
    const {from, to} = this.hours;
    this.grid.style.setProperty('--rows', String((to - from) / GRID));
    this.axis.replaceChildren(this.nowTime);
    for (let t = from; t < to; t += 30) {
      const mark = h('span', {class: t % 60 ? 'half' : 'hour'}, timeOf(t));
      mark.style.top = `${this.y(t)}px`;
      this.axis.append(mark);
    }
  }

  y(minutes) {
    return ((minutes - this.hours.from) / GRID) * ROW;
  }

  drawNow() {
    const shown = this.nowMinutes >= this.hours.from && this.nowMinutes < this.hours.to;
    this.nowLine.hidden = !shown;
    this.nowTime.hidden = !shown;
    if (!shown) return;
    this.grid.style.setProperty('--y', `${this.y(this.nowMinutes)}px`);
    setText(this.nowTime, timeOf(this.nowMinutes));
  }

  // To where the day is: an hour above now, or the start.
  scrollToNow() {
    const at = this.nowMinutes >= 0 ? this.nowMinutes - 60 : OPEN;
    const inPage = getComputedStyle(this.scroll).overflowY === 'visible';
    const y = Math.max(0, this.y(Math.min(at, this.hours.to - 60)));
    if (!inPage) this.scroll.scrollTop = y;
  }

  makeColumn(column) {
    const slots = h('div', {class: 'slots', role: 'list'});
    slots.addEventListener('click', (event) => {
      if (event.target !== slots) return;
      const y = event.clientY - slots.getBoundingClientRect().top;
      const minutes = this.hours.from + Math.floor(y / ROW) * GRID;
      this.onFree({practitioner: slots.parentElement.dataset.key, time: timeOf(minutes)});
    });
    return h('section', {class: 'column', id: `column-${column.id}`},
             h('header', {}, h('h3', {}), h('span', {class: 'count'}), h('p', {})), slots);
  }

  updateColumn(element, column) {
    setAttr(element, 'aria-label', column.name);
    element.classList.toggle('chosen', String(column.id) === this.chosen);
    setText(element.querySelector('h3'), column.short);
    setAttr(element.querySelector('h3'), 'title', column.name);
    setText(element.querySelector('.count'), String(column.appointments.length));
    setText(element.querySelector('header p'), column.away ? `Away: ${column.away}` : column.note);
    element.classList.toggle('away', Boolean(column.away));
    const slots = element.querySelector('.slots');
    const lanes = lanesOf(column.appointments);
    const sorted =
        [...column.appointments].sort((a, b) => minutesOf(a.time) - minutesOf(b.time));
    reconcile(slots, sorted, (a) => a.id, (a) => this.makeCard(a),
              (el, a) => this.updateCard(el, a, lanes.get(a.id)));
  }

  makeCard(appointment) {
    // What it is called is what it says: time, patient, type, status; style.css puts the status
    // first in its line and leaves out what the grid shows already.
    const card = h('button', {type: 'button', class: 'card'},
                   h('span', {class: 'who'}, h('span', {class: 'mark-box'}),
                     h('span', {class: 'hidden time-said'}), ' ', h('b', {})), ' ',
                   h('span', {class: 'what'}, h('span', {class: 'type'}), ' ',
                     h('span', {class: 'status'})));
    card.addEventListener('click', () => this.onOpen(card.dataset.id));
    card.dataset.id = String(appointment.id);
    const item = h('div', {role: 'listitem', class: 'item'}, card);
    return item;
  }

  updateCard(item, a, place) {
    const card = item.firstElementChild;
    const key = statusKey(a.status);
    const start = minutesOf(a.time), minutes = a.minutes || GRID;
    item.style.top = `${this.y(start)}px`;
    item.style.height = `${Math.max(12, (minutes / GRID) * ROW)}px`;
    item.style.left = `${(place.lane / place.of) * 100}%`;
    item.style.width = `${100 / place.of}%`;
    if (card.dataset.status !== key) {
      card.dataset.status = key;
      card.querySelector('.mark-box').innerHTML = statusMark(key);
    }
    card.classList.toggle('late', this.nowMinutes >= 0 && key === 'booked' &&
                                      start + 5 < this.nowMinutes);
    card.classList.toggle('short', minutes < GRID);
    card.classList.toggle('tiny', minutes < 10);
    if (this.fresh.delete(String(a.id))) {
      card.classList.add('fresh');
      setTimeout(() => card.classList.remove('fresh'), 4000);
    }
    const word = STATUSES[key].word;
    setAttr(card, 'aria-pressed', String(String(a.id) === this.selected));
    setAttr(card, 'title', `${a.time} ${a.patient_name}\n${a.type_name} · ${word}` +
                               (a.reason ? `\n${a.reason}` : ''));
    setText(card.querySelector('.time-said'), a.time);
    setText(card.querySelector('b'), a.patient_name);
    setText(card.querySelector('.type'), a.type_name);
    setText(card.querySelector('.status'), word);
    card.querySelector('.status').classList.toggle('hidden', key === 'booked');
  }

  makeTab(column) {
    const tab = h('button', {type: 'button', role: 'tab', 'aria-controls': `column-${column.id}`},
                  h('span', {class: 'tab-name'}), h('span', {class: 'count'}));
    tab.addEventListener('click', () => this.choose(tab.dataset.key));
    tab.addEventListener('keydown', (event) => {
      const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
      if (!step) return;
      event.preventDefault();
      const all = [...this.tabs.children];
      const next = all[(all.indexOf(tab) + step + all.length) % all.length];
      this.choose(next.dataset.key);
      next.focus();
    });
    return tab;
  }

  updateTab(tab, column) {
    const chosen = String(column.id) === this.chosen;
    setAttr(tab, 'aria-selected', String(chosen));
    setAttr(tab, 'tabindex', chosen ? '0' : '-1');
    setText(tab.querySelector('.tab-name'), column.short);
    setText(tab.querySelector('.count'), String(column.appointments.length));
    setAttr(tab, 'title', `${column.name}, ${column.appointments.length} booked`);
  }

  choose(key) {
    this.chosen = key;
    for (const column of this.columns.children) {
      column.classList.toggle('chosen', column.dataset.key === key);
    }
    for (const tab of this.tabs.children) {
      const chosen = tab.dataset.key === key;
      setAttr(tab, 'aria-selected', String(chosen));
      setAttr(tab, 'tabindex', chosen ? '0' : '-1');
      if (chosen) tab.scrollIntoView({block: 'nearest', inline: 'center'});
    }
  }

  select(appointment) {
    this.selected = appointment ? String(appointment) : '';
    for (const card of this.columns.querySelectorAll('.card')) {
      setAttr(card, 'aria-pressed', String(card.dataset.id === this.selected));
    }
  }

  card(appointment) {
    return this.columns.querySelector(`.card[data-id="${CSS.escape(String(appointment))}"]`);
  }

  // Arrow keys walk the cards: up and down in a column, left and right to the nearest in time.
  move(event) {
    const card = event.target.closest('.card');
    if (!card) return;
    const item = card.parentElement, column = item.closest('.column');
    const neighbour = {ArrowDown: item.nextElementSibling, ArrowUp: item.previousElementSibling};
    let next = null;
    if (event.key in neighbour) {
      next = neighbour[event.key]?.firstElementChild;
    } else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      const side = event.key === 'ArrowLeft' ? column.previousElementSibling
                                             : column.nextElementSibling;
      const top = parseFloat(item.style.top);
      const near = (other) => Math.abs(parseFloat(other.style.top) - top);
      next = [...(side?.querySelectorAll('.item') ?? [])]
                 .sort((x, y) => near(x) - near(y))[0]?.firstElementChild;
    } else {
      return;
    }
    event.preventDefault();
    next?.focus();
  }
}
