// SPDX-License-Identifier: Apache-2.0
// The filters of a grant as a form holds them. Pure: the page draws what these functions say.
import type { AppLocation, Choice, Directory, GrantPreview, GrantRules, Id } from '../../api/types';
import { count } from '../../lib/locale';
import { folded } from './text';

export type LocationsKind = 'one' | 'each';

export interface FilterForm {
  /** 'one': every location, new ones included, arrives at `allTo`. */
  locationsKind: LocationsKind;
  allTo: string;
  /** The app's location by the practice's; an empty one is not shared. */
  mapped: Record<Id, string>;
  practitioners: ChoiceForm;
  services: ChoiceForm;
}

export interface ChoiceForm {
  kind: 'all' | 'these';
  ids: ReadonlySet<Id>;
}

export interface FilterProblems {
  locations?: string;
  practitioners?: string;
  services?: string;
}

type Rules = Pick<GrantRules, 'locations' | 'all_locations_to' | 'practitioners' | 'services'>;

function choiceForm(choice: Choice | undefined): ChoiceForm {
  return { kind: choice?.kind ?? 'these', ids: new Set(choice?.ids ?? []) };
}

/** A new grant shares nobody until somebody has chosen. */
export function emptyForm(): FilterForm {
  return {
    locationsKind: 'each',
    allTo: '',
    mapped: {},
    practitioners: { kind: 'these', ids: new Set() },
    services: { kind: 'these', ids: new Set() },
  };
}

export function formOf(rules: Rules): FilterForm {
  const all = rules.all_locations_to ?? '';
  return {
    locationsKind: all && rules.locations.length === 0 ? 'one' : 'each',
    allTo: all,
    mapped: Object.fromEntries(rules.locations.map((l) => [l.id, l.app_location])),
    practitioners: choiceForm(rules.practitioners),
    services: choiceForm(rules.services),
  };
}

function choiceOf(form: ChoiceForm): Choice {
  return form.kind === 'all' ? { kind: 'all', ids: [] } : { kind: 'these', ids: [...form.ids].sort() };
}

export function rulesOf(form: FilterForm): Rules {
  if (form.locationsKind === 'one') {
    return {
      locations: [],
      all_locations_to: form.allTo.trim() || null,
      practitioners: choiceOf(form.practitioners),
      services: choiceOf(form.services),
    };
  }
  const locations = Object.entries(form.mapped)
    .map(([id, to]) => ({ id, app_location: to.trim() }))
    .filter((l) => l.app_location !== '')
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    locations,
    all_locations_to: null,
    practitioners: choiceOf(form.practitioners),
    services: choiceOf(form.services),
  };
}

export function sameFilters(a: FilterForm, b: FilterForm): boolean {
  return JSON.stringify(rulesOf(a)) === JSON.stringify(rulesOf(b));
}

/** At least one of each kind, said by name; an empty object where it may be saved. */
export function problemsOf(form: FilterForm): FilterProblems {
  const rules = rulesOf(form);
  const problems: FilterProblems = {};
  if (form.locationsKind === 'one' ? !rules.all_locations_to : rules.locations.length === 0) {
    problems.locations =
      form.locationsKind === 'one'
        ? 'Write the name of the app’s location where patients arrive.'
        : 'Give at least one location a place in the app. A location without one is not shared.';
  }
  if (rules.practitioners.kind === 'these' && rules.practitioners.ids.length === 0) {
    problems.practitioners = 'Choose at least one practitioner, or everyone.';
  }
  if (rules.services.kind === 'these' && rules.services.ids.length === 0) {
    problems.services = 'Choose at least one appointment type, or all of them.';
  }
  return problems;
}

export function toggled(form: ChoiceForm, id: Id): ChoiceForm {
  const ids = new Set(form.ids);
  if (!ids.delete(id)) ids.add(id);
  return { kind: 'these', ids };
}

/** Selects what is visible, or clears it where all of it was selected. The others stay as they are. */
export function toggledAll(form: ChoiceForm, visible: readonly Id[]): ChoiceForm {
  const ids = new Set(form.ids);
  if (allSelected(form, visible)) visible.forEach((id) => ids.delete(id));
  else visible.forEach((id) => ids.add(id));
  return { kind: 'these', ids };
}

export function allSelected(form: ChoiceForm, visible: readonly Id[]): boolean {
  return visible.length > 0 && visible.every((id) => form.ids.has(id));
}

/** Switching "new ones included" off keeps everybody of today's list. */
export function withNewOnes(form: ChoiceForm, included: boolean, today: readonly Id[]): ChoiceForm {
  return included ? { kind: 'all', ids: form.ids } : { kind: 'these', ids: form.ids.size ? form.ids : new Set(today) };
}

export function isSelected(form: ChoiceForm, id: Id): boolean {
  return form.kind === 'all' || form.ids.has(id);
}

/** Chosen once, and no longer in the practice's list. */
export function goneIds(form: ChoiceForm, known: readonly { id: Id }[]): Id[] {
  if (form.kind === 'all') return [];
  const ids = new Set(known.map((k) => k.id));
  return [...form.ids].filter((id) => !ids.has(id)).sort();
}

/** "3 of 12 practitioners", "all practitioners, new ones included". */
export function choiceSentence(form: ChoiceForm, known: readonly { id: Id }[], one: string): string {
  if (form.kind === 'all') return `all ${one}s, new ones included`;
  const chosen = known.filter((k) => form.ids.has(k.id)).length;
  if (chosen === 0) return `no ${one}`;
  if (chosen === known.length && chosen > 1) return `all ${count(chosen, one)} of today’s list, not new ones`;
  return `${chosen.toLocaleString('en-AU')} of ${count(known.length, one)}`;
}

export function locationsSentence(form: FilterForm, total: number): string {
  const rules = rulesOf(form);
  if (form.locationsKind === 'one') {
    return rules.all_locations_to ? 'all locations, new ones included' : 'no location';
  }
  if (rules.locations.length === 0) return 'no location';
  return `${Math.min(rules.locations.length, total)} of ${count(total, 'location')}`;
}

/** What would be saved, next to what is: "2 practitioners added, 1 appointment type removed". */
export function changesOf(before: FilterForm, after: FilterForm): string[] {
  const words: string[] = [];
  const a = rulesOf(before);
  const b = rulesOf(after);
  if (JSON.stringify([a.locations, a.all_locations_to]) !== JSON.stringify([b.locations, b.all_locations_to])) {
    words.push('locations changed');
  }
  const kinds = [
    ['practitioners', 'practitioner'],
    ['services', 'appointment type'],
  ] as const;
  for (const [key, one] of kinds) {
    const was = a[key];
    const is = b[key];
    if (was.kind !== is.kind) {
      words.push(is.kind === 'all' ? `all ${one}s, new ones included` : `only chosen ${one}s`);
      continue;
    }
    const added = is.ids.filter((id) => !was.ids.includes(id)).length;
    const removed = was.ids.filter((id) => !is.ids.includes(id)).length;
    if (added) words.push(`${count(added, one)} added`);
    if (removed) words.push(`${count(removed, one)} removed`);
  }
  return words;
}

const REASONS: Record<string, string> = {
  'location is not mapped': 'The location has no place in the app',
  'practitioner is not selected': 'The practitioner is not chosen',
  'appointment type is not selected': 'The appointment type is not chosen',
  'patient has no recent appointment': 'The patient had no appointment, so no appointment type is known',
  'patients in is switched off': 'Sharing patients with the app is switched off',
  'grant is revoked': 'The app was disconnected',
  'connection is paused': 'The connection was paused',
};

/** Why a visit was not shared, in the practice's words. */
export function reasonWords(reason: string): string {
  return REASONS[reason.toLowerCase()] ?? (reason ? reason[0]?.toUpperCase() + reason.slice(1) : 'No reason was kept');
}

/** "Of last week's 212 visits, 87 would have been shared." */
export function previewSentence(preview: GrantPreview): string {
  if (preview.known === false && preview.text) return preview.text;
  const period = preview.days === 7 ? 'last week’s' : `the last ${count(preview.days, 'day')}’`;
  if (preview.visits === 0) {
    return `There were no visits in ${preview.days === 7 ? 'the last week' : `the last ${count(preview.days, 'day')}`} to try these filters on.`;
  }
  const visits = count(preview.visits, 'visit');
  if (preview.shared === 0) return `Of ${period} ${visits}, none would have been shared.`;
  if (preview.shared === preview.visits) {
    return preview.visits === 1
      ? `Last week’s only visit would have been shared.`
      : `All of ${period} ${visits} would have been shared.`;
  }
  return `Of ${period} ${visits}, ${preview.shared.toLocaleString('en-AU')} would have been shared.`;
}

/** Locations are often called the same in the app: offered, not done. */
export function suggestedMapping(directory: Directory, places: readonly AppLocation[] = []): Record<Id, string> {
  if (places.length === 0) return Object.fromEntries(directory.locations.map((l) => [l.id, l.name]));
  const same = (l: Directory['locations'][number]) => places.find((p) => folded(p.name) === folded(l.name) || folded(p.name) === folded(l.city ?? ''));
  return Object.fromEntries(directory.locations.flatMap((l) => { const place = same(l); return place ? [[l.id, place.id]] : []; }));
}

/** What a practitioner row shows beside the name: group and where they work. */
export function practitionerDetail(
  practitioner: Directory['practitioners'][number],
  locations: Directory['locations'],
): string {
  const places = (practitioner.locations ?? [])
    .map((id) => locations.find((l) => l.id === id)?.name)
    .filter((name): name is string => Boolean(name));
  return [practitioner.group, places.join(', ')].filter(Boolean).join(' · ');
}
