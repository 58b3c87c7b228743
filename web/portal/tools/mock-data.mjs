// SPDX-License-Identifier: Apache-2.0
// Made-up people and practices for the mock server: long names, an empty practice, 500 practitioners,
// 200 appointment types, 10,000 patients. The same every time.

let seed = 7;
export function random() {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return seed / 2147483648;
}
export const pick = (list) => list[Math.floor(random() * list.length)];
export const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString();
export const ahead = (seconds) => ago(-seconds);
export const id = (prefix, n) => `${prefix}-${String(n).padStart(5, '0')}`;

const given = ['Alan', 'Maria-Alejandra', 'Zoë', 'Trinh', 'Oluwaseun', 'Jo', 'Kathleen', 'Wei', 'Bartholomew', 'Aroha', 'Priya', 'Sean', 'Ngaire', 'Mohammed', 'Élodie', 'Siobhán', 'Tama', 'Grace', 'Li', 'Konstantinos'];
const family = ['Abbott', 'Nguyễn', 'van der Westhuizen-Montgomery', 'O’Sullivan', 'Papadopoulos', 'Singh', 'Ah Kit', 'Wolfeschlegelsteinhausenbergerdorff', 'Te Rangi', 'Li', 'Okonkwo', 'McAllister', 'García Márquez', 'Ford', 'Andrews', 'Kaur', 'Smith', 'Fernando', 'Tuğlu', 'Ray'];
export const person = () => `${pick(given)} ${pick(family)}`;

const groups = ['Skin Clinic', 'General Practice', 'Nurses', 'Allied Health', 'Visiting Specialists'];
const visits = ['Standard consultation', 'Long consultation', 'Skin check', 'Skin excision', 'Mole mapping, whole body', 'Immunisation', 'Care plan review', 'Telehealth', 'Dressing', 'Results by phone'];

export const locations = [
  { id: 'loc-1', name: 'Sunrise Medical Centre', city: 'Bundaberg' },
  { id: 'loc-2', name: 'Sunrise Skin and Laser at the Harbour Foreshore Shopping Village', city: 'Hervey Bay' },
  { id: 'loc-3', name: 'Sunrise Childers', city: 'Childers' },
];
export const practitioners = (n) =>
  Array.from({ length: n }, (_, i) => ({
    id: id('prac', i + 1), name: `Dr ${person()}`, group: groups[i % groups.length], locations: [locations[i % 3].id],
  }));
export const services = (n) =>
  Array.from({ length: n }, (_, i) => ({
    id: id('type', i + 1), name: i < visits.length ? visits[i] : `${pick(visits)} (${pick(groups)} ${i})`, minutes: [10, 15, 20, 30, 45][i % 5],
  }));
export const patients = (n) =>
  Array.from({ length: n }, (_, i) => ({
    id: id('pat', i + 1), name: person(), gender: pick(['female', 'male', 'other']),
    birth_date: `${1930 + Math.floor(random() * 90)}-0${1 + Math.floor(random() * 9)}-1${Math.floor(random() * 9)}`,
    visible_to: i % 3 === 0 ? [] : ['DermEngine'], last_visit_at: ago(Math.floor(random() * 400 * 86400)),
    connection: { id: 'con-1', name: 'Best Practice at Sunrise' },
  }));

export const vendors = [
  {
    id: 'best_practice', name: 'Best Practice', region: 'Australia and New Zealand', standing: 'draft',
    settings: [
      { key: 'server', label: 'Server', help: 'The computer that holds the Best Practice database, as Windows names it.', required: true, secret: false },
      { key: 'database', label: 'Database', help: 'BPSPatients, unless it was renamed.', required: true, secret: false, default: 'BPSPatients' },
      { key: 'password', label: 'Database browser password', help: 'Setup > Configuration > Database. Not your own password.', required: true, secret: true },
    ],
    guide: {
      before: ['A computer that is on whenever the practice is open', 'Somebody who may open Setup > Configuration', 'Ten minutes'],
      steps: [
        { title: 'Open the database settings', text: 'Open Setup, then Configuration, then Database.', where: 'Best Practice > Setup > Configuration > Database' },
        { title: 'Set the database browser password', text: 'Press Set password and choose a long one. It may only read.', where: 'Set password' },
        { title: 'Note the server', text: 'It stands beside Server, as COMPUTER\\BPSINSTANCE.', where: 'Server' },
      ],
    },
  },
  { id: 'memory', name: 'Practice in memory', region: 'Everywhere', standing: 'for trying out', settings: [], guide: { before: [], steps: [] } },
];

export const qr = (() => {
  let cells = '';
  for (let y = 0; y < 29; y += 1) for (let x = 0; x < 29; x += 1) if (random() < 0.48) cells += `M${x} ${y}h1v1h-1z`;
  const eye = (x, y) => `<rect x="${x}" y="${y}" width="7" height="7" fill="#fff"/><path d="M${x} ${y}h7v7h-7zm1 1v5h5v-5zm1 1h3v3h-3z" fill-rule="evenodd"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 29 29" shape-rendering="crispEdges"><path d="${cells}"/>${eye(0, 0)}${eye(22, 0)}${eye(0, 22)}</svg>`;
})();
