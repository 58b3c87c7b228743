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
      { key: 'transport', label: 'Way', help: 'How the practice is reached.', required: false, secret: false, default: 'odbc', choices: ['odbc', 'halo'], advanced: true },
      { key: 'halo_site_id', label: 'Site ID', help: 'Beside the pairing code, and in Help > About.', required: false, secret: false, advanced: false, way: 'halo', binds: true },
      { key: 'halo_pairing_code', label: 'Pairing code', help: 'Six letters and digits, good for one try.', required: false, secret: true, advanced: false, way: 'halo', once: true },
      { key: 'opening_hours', label: 'Opening hours', help: 'When visits are looked for at the quick pace, for example 08:00-18:00.', required: false, secret: false, advanced: true, way: 'halo', default: '08:00-18:00' },
      { key: 'server', label: 'Server', help: 'The computer that holds the Best Practice database, as Windows names it.', required: true, secret: false, way: 'odbc', advanced: false },
      { key: 'database', label: 'Database', help: 'BPSPatients, unless it was renamed.', required: false, secret: false, default: 'BPSPatients', way: 'odbc', advanced: true },
      { key: 'password', label: 'Database browser password', help: 'Setup > Configuration > Database. Not your own password.', required: true, secret: true, way: 'odbc', advanced: false },
    ],
    ways: {
      setting: 'transport',
      choices: [
        {
          value: 'halo', label: 'Halo Connect', available: true, text: 'For current versions. Nothing is installed and no port is opened: a Site ID and a code from Best Practice are enough.',
          before: ['Best Practice Spectra or later, with its Halo Link running', 'Somebody who may open Setup > Configuration', 'Two minutes'],
        },
        {
          value: 'odbc', label: 'Your own network', available: true, text: 'For older versions, or where Pons runs in your own network. Needs the server’s name and the Database browser password.',
          before: ['A computer that is on whenever the practice is open', 'Somebody who may open Setup > Configuration', 'Ten minutes'],
        },
      ],
    },
    guide: {
      before: [],
      steps: [
        { title: 'Allow Pons', text: 'Tick “Pons (via Halo Connect)”, confirm with Yes, and save.', where: 'Setup > Configuration > Database > Setup third-party integrations', way: 'halo' },
        { title: 'Generate a pairing code', text: 'Select the row of Pons and press Generate Pairing Code. A window shows the Site ID and the code.', where: 'Generate Pairing Code', way: 'halo' },
        { title: 'Type both here', text: 'Or copy the window’s text and paste it into either field.', way: 'halo' },
        { title: 'Open the database settings', text: 'Open Setup, then Configuration, then Database.', where: 'Best Practice > Setup > Configuration > Database', way: 'odbc' },
        { title: 'Set the database browser password', text: 'Press Set password and choose a long one. It may only read.', where: 'Set password', way: 'odbc' },
        { title: 'Note the server', text: 'It stands beside Server, as COMPUTER\\BPSINSTANCE.', where: 'Server', way: 'odbc' },
      ],
    },
  },
];

export const qr = (() => {
  let cells = '';
  for (let y = 0; y < 29; y += 1) for (let x = 0; x < 29; x += 1) if (random() < 0.48) cells += `M${x} ${y}h1v1h-1z`;
  const eye = (x, y) => `<rect x="${x}" y="${y}" width="7" height="7" fill="#fff"/><path d="M${x} ${y}h7v7h-7zm1 1v5h5v-5zm1 1h3v3h-3z" fill-rule="evenodd"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 29 29" shape-rendering="crispEdges"><path d="${cells}"/>${eye(0, 0)}${eye(22, 0)}${eye(0, 22)}</svg>`;
})();
