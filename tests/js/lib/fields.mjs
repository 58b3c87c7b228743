// SPDX-License-Identifier: Apache-2.0
// What becomes of a FHIR patient that goes into Best Practice and comes out through Pons: each field
// with its column and what may be lost on the way, and everything that has no column. The round-trip
// test compares by this table, and docs/reference/best-practice-fields.md is written from it.

const NS = 'http://ns.electronichealth.net.au/id/';
const IHI = NS + 'hi/ihi/1.0';
const MEDICARE = NS + 'medicare-number';
const DVA = NS + 'dva';
const INDIGENOUS = 'http://hl7.org.au/fhir/StructureDefinition/indigenous-status';

// ---- reading a FHIR patient

const tidy = (text) => (text ?? '').replace(/[\x00-\x1f]/g, ' ').trim();
const cut = (text, width) => [...tidy(text)].slice(0, width).join('').trim();

function mainName(patient) {
  const names = patient.name ?? [];
  const usable = names.filter(({ use }) => !['old', 'maiden', 'nickname'].includes(use));
  return names.find(({ use }) => use === 'official') ?? usable[0] ?? names[0] ?? {};
}
function calledName(patient) {
  const names = patient.name ?? [];
  const called = names.find(({ use }) => use === 'nickname') ?? names.find(({ use }) => use === 'usual');
  return called === mainName(patient) ? undefined : called;
}
// A name that is one text only is split: its last word is the family's.
function split(name) {
  if (name.family || name.given?.length) {
    return { family: name.family ?? '', first: name.given?.[0] ?? '', more: name.given?.slice(1) ?? [] };
  }
  const words = tidy(name.text).split(' ');
  return { family: words.at(-1), first: words.slice(0, -1).join(' '), more: [] };
}
function phone(patient, kind) {
  const isMobile = ({ use, value }) => use === 'mobile' || (!use && /^(04|\+?614)/.test(value.replace(/\D/g, '')));
  const fits = {
    mobile: isMobile,
    work: (contact) => contact.use === 'work' && !isMobile(contact),
    home: (contact) => contact.use !== 'work' && contact.use !== 'old' && !isMobile(contact),
  }[kind];
  return (patient.telecom ?? []).filter(({ system, value }) => system === 'phone' && value).find(fits)?.value;
}
function home(patient) {
  const addresses = (patient.address ?? []).filter(({ use, type }) => use !== 'old' && type !== 'postal');
  return addresses.find(({ use }) => use === 'home') ?? addresses[0] ?? {};
}
const postal = (patient) => (patient.address ?? []).find(({ type }) => type === 'postal') ?? {};
const identifier = (patient, system) => (patient.identifier ?? []).find((one) => one.system === system);
const extension = (patient, url) => (patient.extension ?? []).find((one) => one.url === url);
const digits = (text) => (text ?? '').replace(/\D/g, '');
const dvaCard = (patient) => identifier(patient, DVA)?.type?.coding?.find(({ code }) => /^DV[GWO]$/.test(code))?.code;

// ---- reading what Pons serves

const official = (served) => served.name?.find(({ use }) => use === 'official') ?? {};
const usual = (served) => served.name?.find(({ use }) => use === 'usual') ?? {};
const contact = (served, system, use) =>
  served.telecom?.find((one) => one.system === system && (!use || one.use === use))?.value;
const address = (served, type) => served.address?.find((one) => one.type === type) ?? {};

const TITLES = { mr: 'Mr.', mrs: 'Mrs.', ms: 'Ms.', miss: 'Miss', mast: 'Mast.', master: 'Mast.', dr: 'Dr.', prof: 'Prof.' };

// ---- the table. `went` and `came` give text; empty where there is none.

export const FIELDS = [
  { field: 'name (official).family', column: 'PATIENTS.SURNAME', loss: 'cut at 40 characters',
    went: (p) => cut(split(mainName(p)).family, 40), came: (s) => official(s).family },
  { field: 'name (official).given, the first', column: 'PATIENTS.FIRSTNAME', loss: 'cut at 40 characters',
    went: (p) => cut(split(mainName(p)).first, 40),
    came: (s, p) => official(s).given?.slice(0, wordsIn(cut(split(mainName(p)).first, 40))).join(' ') },
  { field: 'name (official).given, the others', column: 'PATIENTS.MIDDLENAME', loss: 'cut at 30 characters in all',
    went: (p) => cut(split(mainName(p)).more.map(tidy).join(' '), 30),
    came: (s, p) => official(s).given?.slice(wordsIn(cut(split(mainName(p)).first, 40))).join(' ') },
  { field: 'name (official).prefix', column: 'PATIENTS.TITLECODE', loss: 'only titles in the practice\'s own table TITLES; spelt as there',
    went: (p) => TITLES[tidy(mainName(p).prefix?.[0]).toLowerCase().replace(/\.$/, '')],
    came: (s) => official(s).prefix?.[0] },
  { field: 'name (usual or nickname)', column: 'PATIENTS.PREFERREDNAME', loss: 'one given name of at most 30 characters; not served where it equals the first name',
    went: (p) => {
      const called = calledName(p);
      const name = cut(called?.given?.[0] ?? called?.text?.split(' ')[0], 30);
      return name === cut(split(mainName(p)).first, 40) ? '' : name;
    },
    came: (s) => usual(s).given?.join(' ') },
  { field: 'birthDate', column: 'PATIENTS.DOB', loss: 'a year or month alone becomes its first day',
    went: (p) => ((p.birthDate ?? '') + '-01-01'.slice((p.birthDate ?? '').length - 4)).slice(0, p.birthDate ? 10 : 0),
    came: (s) => s.birthDate },
  { field: 'gender', column: 'PATIENTS.SEXCODE', loss: 'no difference between "unknown" and not said',
    went: (p) => p.gender ?? 'unknown', came: (s) => s.gender },
  { field: 'deceasedDateTime', column: 'PATIENTS.DATEOFDEATH', loss: 'the day only',
    went: (p) => p.deceasedDateTime?.slice(0, 10), came: (s) => s.deceasedDateTime },
  { field: 'active', column: 'PATIENTS.PATIENTSTATUS', loss: 'none',
    went: (p) => String(p.active !== false && p.deceasedBoolean !== true),
    came: (s) => String(s.active !== false), unless: (p) => p.deceasedDateTime },
  { field: 'telecom: mobile phone', column: 'PATIENTS.MOBILEPHONE', loss: 'one, cut at 14 characters',
    went: (p) => cut(phone(p, 'mobile'), 14), came: (s) => contact(s, 'phone', 'mobile') },
  { field: 'telecom: home phone', column: 'PATIENTS.HOMEPHONE', loss: 'one, cut at 14 characters; a phone without a use goes here',
    went: (p) => cut(phone(p, 'home'), 14), came: (s) => contact(s, 'phone', 'home') },
  { field: 'telecom: work phone', column: 'PATIENTS.WORKPHONE', loss: 'one, cut at 14 characters',
    went: (p) => cut(phone(p, 'work'), 14), came: (s) => contact(s, 'phone', 'work') },
  { field: 'telecom: e-mail', column: 'EMAIL.EMAIL', loss: 'one, cut at 250 characters; its use',
    went: (p) => cut((p.telecom ?? []).find(({ system }) => system === 'email')?.value, 250),
    came: (s) => contact(s, 'email') },
  { field: 'address (residential).line, the first', column: 'PATIENTS.ADDRESS1', loss: 'cut at 40 characters',
    went: (p) => cut(home(p).line?.[0], 40), came: (s) => address(s, 'physical').line?.[0] },
  { field: 'address (residential).line, the others', column: 'PATIENTS.ADDRESS2', loss: 'joined with commas, cut at 40 characters',
    went: (p) => cut((home(p).line ?? []).slice(1).map(tidy).join(', '), 40), came: (s) => address(s, 'physical').line?.[1] },
  { field: 'address (residential).city', column: 'PATIENTS.CITY', loss: 'cut at 40 characters',
    went: (p) => cut(home(p).city, 40), came: (s) => address(s, 'physical').city },
  { field: 'address (residential).postalCode', column: 'PATIENTS.POSTCODE', loss: 'cut at 4 characters: Australian postcodes fit, others do not',
    went: (p) => cut(home(p).postalCode, 4), came: (s) => address(s, 'physical').postalCode },
  { field: 'address (postal).line', column: 'PATIENTS.POSTALADDRESS', loss: 'the first line, cut at 40 characters',
    went: (p) => cut(postal(p).line?.[0], 40), came: (s) => address(s, 'postal').line?.[0] },
  { field: 'identifier: IHI', column: 'PATIENTS.IHI', loss: 'record status and number status of the IHI',
    went: (p) => digits(identifier(p, IHI)?.value), came: (s) => identifier(s, IHI)?.value },
  { field: 'identifier: Medicare number with its IRN', column: 'PATIENTS.MEDICARENO, MEDICARELINENO', loss: 'the number\'s blanks',
    went: (p) => digits(identifier(p, MEDICARE)?.value), came: (s) => identifier(s, MEDICARE)?.value },
  { field: 'identifier: Medicare card\'s end', column: 'PATIENTS.MEDICAREEXPIRY', loss: 'the day of the month',
    went: (p) => identifier(p, MEDICARE)?.period?.end?.slice(0, 7), came: (s) => identifier(s, MEDICARE)?.period?.end?.slice(0, 7) },
  { field: 'identifier: DVA number', column: 'PATIENTS.DVANO', loss: 'cut at 14 characters',
    went: (p) => cut(identifier(p, DVA)?.value?.toUpperCase(), 14), came: (s) => identifier(s, DVA)?.value },
  { field: 'identifier: DVA card', column: 'PATIENTS.DVACODE', loss: 'gold, white and orange only',
    went: dvaCard, came: dvaCard },
  { field: 'extension: indigenous status', column: 'PATIENTS.ETHNICCODE', loss: 'only as far as the words of the practice\'s table ETHNICITY tell it; one code, shared with ethnicity; not said is served as "not stated"',
    went: (p) => extension(p, INDIGENOUS)?.valueCoding?.code ?? '9', came: (s) => extension(s, INDIGENOUS)?.valueCoding?.code },
];

const wordsIn = (text) => tidy(text).split(' ').filter(Boolean).length;

// Elements of a FHIR patient that Best Practice has no column for, or a column that Pons does not
// carry. `has` says whether a patient has it; the test asks for at least one of these, or a field
// above, to explain every element that went in.
const kinds = (p) => (p.extension ?? []).map(({ url }) => url);
const otherSystems = (p) => (p.identifier ?? []).map(({ system }) => system).filter((s) => ![IHI, MEDICARE, DVA].includes(s));
export const NOT_KEPT = [
  { element: 'id, meta, text', why: 'the record gets an id and a version of Pons; the vendor\'s number is an identifier', has: () => true },
  { element: 'name: maiden and old names, suffix, period', why: 'no column',
    has: (p) => (p.name ?? []).some((n) => ['maiden', 'old'].includes(n.use) || n.suffix || n.period) },
  { element: 'name.text', why: 'made of the parts', has: (p) => (p.name ?? []).some((n) => n.text) },
  { element: 'extensions of a name', why: 'no column', has: (p) => (p.name ?? []).some((n) => n.extension) },
  { element: 'further phones and e-mail addresses, fax, pager', why: 'no column',
    has: (p) => (p.telecom ?? []).length > 1 },
  { element: 'address.state, district, country, period, use; further addresses', why: 'no column, but for COUNTRY, which is not carried',
    has: (p) => (p.address ?? []).length > 0 },
  { element: 'extensions of an address (geolocation)', why: 'no column', has: (p) => (p.address ?? []).some((a) => a.extension) },
  { element: 'time of birth, and why a birth date is absent', why: 'no column', has: (p) => p._birthDate },
  { element: 'status of an IHI, assigner, use and validity of identifiers', why: 'no column',
    has: (p) => (p.identifier ?? []).some((i) => i.extension || i.assigner || i.use || i.period) },
  { element: 'record numbers, concession cards', why: 'RECORDNO and PENSIONNO are not carried',
    has: (p) => otherSystems(p).length > 0 },
  { element: 'identifiers of other systems (passport, licence, social security)', why: 'no column',
    has: (p) => otherSystems(p).length > 0 },
  { element: 'maritalStatus', why: 'no column', has: (p) => p.maritalStatus },
  { element: 'multipleBirth', why: 'no column', has: (p) => p.multipleBirthBoolean !== undefined || p.multipleBirthInteger !== undefined },
  { element: 'communication (language, interpreter)', why: 'no column', has: (p) => p.communication },
  { element: 'contact (next of kin), link', why: 'NEXTOFKINID points to another record and is not carried', has: (p) => p.contact || p.link },
  { element: 'deceasedBoolean', why: 'without a date, the patient is served as not active', has: (p) => p.deceasedBoolean !== undefined },
  { element: 'pronouns, gender identity, sex recorded at birth', why: 'no column',
    has: (p) => kinds(p).some((url) => /pronouns|genderIdentity|gender-identity|birthsex|recordedSexOrGender|sexParameterForClinicalUse/i.test(url)) },
  { element: 'US race and ethnicity', why: 'the practice\'s table ETHNICITY has its own words', has: (p) => kinds(p).some((url) => /us-core/.test(url)) },
  { element: 'place of birth, mother\'s maiden name, other extensions', why: 'no column',
    has: (p) => kinds(p).some((url) => url !== INDIGENOUS) },
];

// What every top-level element of a patient is explained by.
const EXPLAINED = {
  name: 1, birthDate: 1, gender: 1, deceasedDateTime: 1, active: 1, telecom: 1, address: 1, identifier: 1,
  extension: 1, resourceType: 1, id: 1, meta: 1, text: 1, implicitRules: 1, language: 1,
  _birthDate: 1, maritalStatus: 1, multipleBirthBoolean: 1, multipleBirthInteger: 1, communication: 1,
  contact: 1, link: 1, deceasedBoolean: 1,
};
export const unexplained = (patient) => Object.keys(patient).filter((key) => !EXPLAINED[key]);

// Where what came out is not what the table says: "field: went … came …".
export function differences(patient, served) {
  const found = [];
  for (const { field, went, came, unless } of FIELDS) {
    if (unless?.(patient)) continue;
    const expected = went(patient) || '';
    const actual = came(served, patient) || '';
    if (expected !== actual) found.push({ field, expected, actual });
  }
  return found;
}

export function page() {
  const rows = FIELDS.map(({ field, column, loss }) => `| ${field} | \`${column.replaceAll(', ', '`, `')}\` | ${loss} |`);
  const lost = NOT_KEPT.map(({ element, why }) => `| ${element} | ${why} |`);
  return `# Best Practice: what is kept of a patient

A FHIR patient that is entered into Best Practice and read back through Pons, field by field. A test loads the
AU Core and Synthea example patients into the sandbox, starts a visit for each, and compares what the API serves
with what went in by this very table; this page is written from it (\`node tests/js/write-fields.mjs\`).

## Kept

| Element of Patient | Column | What may be lost |
|---|---|---|
${rows.join('\n')}

Numbers that fail their check digit are kept in Best Practice and left out of what Pons serves.

## Not kept

| Element of Patient | Why |
|---|---|
${lost.join('\n')}
`;
}
