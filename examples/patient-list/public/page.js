// SPDX-License-Identifier: Apache-2.0
// The page: keeps the rows that the app's server sends, newest visit first.

const byId = (id) => document.getElementById(id);
const rows = new Map();
let listed = false;
let trouble = '';
let lostAt = null;

const date = new Intl.DateTimeFormat('en-AU', { dateStyle: 'medium', timeZone: 'UTC' });
const clock = new Intl.DateTimeFormat('en-AU', { timeStyle: 'short' });

const source = new EventSource('/events');
source.addEventListener('list', (event) => {
  rows.clear();
  for (const row of JSON.parse(event.data)) rows.set(row.encounter, row);
  listed = true;
  lostAt = null;
  byId('rows').replaceChildren(...newestFirst().map(rowElement));
  summarise();
});
source.addEventListener('row', (event) => {
  const row = JSON.parse(event.data);
  if (row.gone) remove(row.gone);
  else show(row);
  summarise();
});
source.addEventListener('trouble', (event) => {
  trouble = JSON.parse(event.data);
  summarise();
});
source.onerror = () => {
  lostAt ??= new Date();
  summarise();
};
setInterval(summarise, 1000);

function newestFirst() {
  return [...rows.values()].sort((a, b) => Date.parse(b.started) - Date.parse(a.started) ||
    b.encounter.localeCompare(a.encounter));
}

function show(row) {
  const isNew = !rows.has(row.encounter);
  if (!isNew) announce(rows.get(row.encounter), row);
  rows.set(row.encounter, row);
  const element = rowElement(row);
  const old = document.getElementById(`visit-${row.encounter}`);
  if (old) {
    // Whoever pressed a button stays at it.
    const pressed = old.contains(document.activeElement) && document.activeElement.dataset.action;
    old.replaceWith(element);
    if (pressed) (element.querySelector(`[data-action="${pressed}"]`) ?? element.querySelector('button'))?.focus();
    return;
  }
  const after = newestFirst().findIndex((each) => each.encounter === row.encounter);
  byId('rows').insertBefore(element, byId('rows').children[after] ?? null);
  if (!isNew) return;
  element.classList.add('new');
  setTimeout(() => element.classList.remove('new'), 4000);
  byId('news').textContent = `${row.name || 'A patient'} has arrived for ${row.practitioner || 'a visit'}.`;
}

function remove(encounter) {
  rows.delete(encounter);
  document.getElementById(`visit-${encounter}`)?.remove();
}

function rowElement(row) {
  const element = document.createElement('tr');
  element.id = `visit-${row.encounter}`;
  element.setAttribute('role', 'row');
  const cell = (label, text, kind) => {
    const td = document.createElement('td');
    td.setAttribute('role', 'cell');
    td.dataset.label = label;
    td.className = kind;
    if (text) td.textContent = text;
    else {
      td.classList.add('none');
      td.innerHTML = '<span class="quiet">Not given</span>';
    }
    element.append(td);
    return td;
  };
  cell('Patient', row.name || 'No name given', 'name');
  cell('Born', row.birthDate && birthDate(row.birthDate), 'short');
  cell('Medicare', row.medicare, 'short');
  cell('Practitioner', row.practitioner, '');
  cell('Location', row.location, '');
  // The practice's own clock, as the record has it: "2026-03-09T15:02:03+11:00" is 15:02 there.
  const visit = cell('Visit', `${row.started.slice(11, 16)}${row.finished ? ', finished' : ''}`, 'short');
  visit.title = row.started;
  const late = row.secondsAfterStart === null;
  const arrived = cell('Arrived within', late ? 'Caught up' : seconds(row.secondsAfterStart), 'number short');
  // Practices often keep the start to the whole second, so this is the most it can have been.
  arrived.title = late ? 'This app was not running when the visit started.'
    : 'From the start of the visit, as the practice recorded it, to the message here.';
  element.append(actionsCell(row));
  return element;
}

function actionsCell(row) {
  const td = document.createElement('td');
  td.setAttribute('role', 'cell');
  td.dataset.label = 'For the practice';
  td.className = 'actions';
  const box = document.createElement('div');
  td.append(box);
  const button = (action, text, wish) => {
    const made = document.createElement('button');
    made.type = 'button';
    made.dataset.action = action;
    made.textContent = text;
    if (action !== 'offer') made.setAttribute('aria-label', `${text} for ${row.name || 'this patient'}`);
    made.addEventListener('click', () => ask(wish.path, { encounter: row.encounter, start: wish.start }));
    return made;
  };
  const outcome = (standing) => {
    if (!standing) return;
    const line = document.createElement('p');
    line.className = 'outcome';
    line.dataset.state = standing.state;
    line.textContent = standing.text;
    box.append(line);
    for (const offer of standing.offers ?? []) {
      box.append(button('offer', offer.label, { path: '/book', start: offer.start }));
    }
  };
  if (row.booking?.state !== 'done') box.append(button('book', 'Book follow-up', { path: '/book' }));
  if (row.report?.state !== 'done' && row.report?.state !== 'waiting') {
    box.append(button('report', 'Send report', { path: '/report' }));
  }
  outcome(row.booking);
  outcome(row.report);
  for (const busy of [row.booking?.state === 'asking' && 'book', row.report?.state === 'asking' && 'report']) {
    if (busy) box.querySelector(`[data-action="${busy}"]`)?.setAttribute('aria-disabled', 'true');
  }
  return td;
}

async function ask(path, wish) {
  const row = rows.get(wish.encounter);
  const standing = path === '/book' ? row?.booking : row?.report;
  if (standing?.state === 'asking') return;
  const response = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify(wish) }).catch(() => undefined);
  if (!response?.ok) byId('news').textContent = 'That did not reach this app\'s server. Try again.';
}

// Said aloud once, when a wish has an answer.
function announce(before, row) {
  for (const wish of ['booking', 'report']) {
    const now = row[wish];
    if (now && now.state !== 'asking' && now.text !== before?.[wish]?.text) {
      byId('news').textContent = `${row.name || 'A patient'}: ${now.text}`;
    }
  }
}

// FHIR dates may be a year, or a year and a month.
function birthDate(text) {
  return text.length === 10 ? date.format(new Date(`${text}T00:00:00Z`)) : text;
}

function seconds(value) {
  const shown = Math.max(0, value);
  if (shown < 60) return `${shown.toFixed(1)} s`;
  return `${Math.round(shown / 60)} min`;
}

function ago(instant) {
  const passed = Math.max(0, Math.round((Date.now() - instant) / 1000));
  if (passed < 60) return passed === 1 ? '1 second ago' : `${passed} seconds ago`;
  const minutes = Math.round(passed / 60);
  if (minutes < 60) return minutes === 1 ? '1 minute ago' : `${minutes} minutes ago`;
  return `at ${clock.format(instant)}`;
}

function setText(id, text) {
  if (byId(id).textContent !== text) byId(id).textContent = text;
}

function summarise() {
  const people = new Set([...rows.values()].map((row) => row.patient)).size;
  byId('loading').hidden = listed || lostAt !== null;
  byId('empty').hidden = !listed || people > 0 || trouble !== '';
  byId('list').hidden = people === 0;
  if (listed && (people > 0 || !trouble)) {
    const count = people === 0 ? 'No patients have' : people === 1 ? '1 patient has' : `${people} patients have`;
    setText('answer', `${count} arrived today`);
  }
  const last = newestFirst()[0];
  setText('detail', last ? `Last visit started ${ago(Date.parse(last.started))}.` : listed && !trouble ? 'Waiting for the next visit.' : '');
  const lost = lostAt && `No connection to this app's server since ${clock.format(lostAt)}. Trying again; what is shown may be out of date.`;
  byId('trouble').hidden = !(lost || trouble);
  setText('trouble', lost || trouble);
  byId('link').dataset.state = lost || trouble ? 'lost' : listed ? 'live' : 'waiting';
  setText('link-text', lost || trouble ? 'Attention' : listed ? 'Live' : 'Connecting');
}
