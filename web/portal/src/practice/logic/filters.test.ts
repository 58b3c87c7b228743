// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';

import type { GrantRules } from '../../api/types';
import {
  allSelected, changesOf, choiceSentence, emptyForm, type FilterForm, formOf, goneIds, practitionerDetail, previewSentence,
  problemsOf, reasonWords, rulesOf, sameFilters, toggled, toggledAll, withNewOnes,
} from './filters';

const rules: GrantRules = {
  mode: 'on_visit',
  switches: { patients_in: true },
  locations: [{ id: '1', app_location: 'Bondi' }],
  all_locations_to: null,
  practitioners: { kind: 'these', ids: ['7', '3'] },
  services: { kind: 'all', ids: [] },
};

const these = (...ids: string[]) => ({ kind: 'these' as const, ids: new Set(ids) });

describe('rules and form', () => {
  it('come back as they were, ids in one order', () => {
    expect(rulesOf(formOf(rules))).toEqual({
      locations: [{ id: '1', app_location: 'Bondi' }],
      all_locations_to: null,
      practitioners: { kind: 'these', ids: ['3', '7'] },
      services: { kind: 'all', ids: [] },
    });
  });

  it('leave out locations without a place, and blanks around one', () => {
    const form = { ...formOf(rules), mapped: { '1': '  Bondi ', '2': '   ' } };
    expect(rulesOf(form).locations).toEqual([{ id: '1', app_location: 'Bondi' }]);
  });

  it('one place for all locations has no mapping beside it', () => {
    const form: FilterForm = { ...formOf(rules), locationsKind: 'one', allTo: ' Main ' };
    expect(rulesOf(form)).toMatchObject({ locations: [], all_locations_to: 'Main' });
    expect(formOf({ ...rules, locations: [], all_locations_to: 'Main' }).locationsKind).toBe('one');
  });

  it('are the same whatever the order of choosing, and after a change undone', () => {
    const form = formOf(rules);
    expect(sameFilters(form, { ...form, practitioners: these('3', '7') })).toBe(true);
    const changed = { ...form, practitioners: toggled(form.practitioners, '9') };
    expect(sameFilters(form, changed)).toBe(false);
    expect(sameFilters(form, { ...changed, practitioners: toggled(changed.practitioners, '9') })).toBe(true);
  });
});

describe('at least one of each', () => {
  it('is asked for by name', () => {
    expect(Object.keys(problemsOf(emptyForm()))).toEqual(['locations', 'practitioners', 'services']);
    expect(problemsOf(formOf(rules))).toEqual({});
  });
  it('holds for a place without a name', () => {
    expect(problemsOf({ ...formOf(rules), locationsKind: 'one', allTo: ' ' }).locations).toMatch(/name/);
  });
  it('is met by everyone', () => {
    expect(problemsOf({ ...formOf(rules), practitioners: { kind: 'all', ids: new Set() } }).practitioners).toBeUndefined();
  });
});

describe('choosing', () => {
  it('select all concerns what is visible only', () => {
    const form = toggledAll(these('9'), ['1', '2']);
    expect([...form.ids].sort()).toEqual(['1', '2', '9']);
    expect(allSelected(form, ['1', '2'])).toBe(true);
    expect([...toggledAll(form, ['1', '2']).ids]).toEqual(['9']);
  });
  it('nothing visible is not all of it', () => expect(allSelected(these(), [])).toBe(false));
  it('"new ones included" off keeps today’s list, or what was chosen before', () => {
    const all = { kind: 'all' as const, ids: new Set<string>() };
    expect([...withNewOnes(all, false, ['1', '2']).ids]).toEqual(['1', '2']);
    expect([...withNewOnes(withNewOnes(these('2'), true, ['1', '2']), false, ['1', '2']).ids]).toEqual(['2']);
  });
  it('knows who has left the practice', () => {
    expect(goneIds(these('1', '8'), [{ id: '1' }])).toEqual(['8']);
    expect(goneIds({ kind: 'all', ids: new Set(['8']) }, [])).toEqual([]);
  });
});

describe('words', () => {
  it('of a choice', () => {
    const known = [{ id: '1' }, { id: '2' }, { id: '3' }];
    expect(choiceSentence(these('1', '2', 'gone'), known, 'practitioner')).toBe('2 of 3 practitioners');
    expect(choiceSentence({ kind: 'all', ids: new Set() }, known, 'practitioner')).toBe('all practitioners, new ones included');
    expect(choiceSentence(these('1', '2', '3'), known, 'practitioner')).toBe('all 3 practitioners of today’s list, not new ones');
    expect(choiceSentence(these('gone'), known, 'practitioner')).toBe('no practitioner');
    expect(choiceSentence(these('1'), [], 'practitioner')).toBe('no practitioner');
  });
  it('of changes', () => {
    const form = formOf(rules);
    expect(changesOf(form, form)).toEqual([]);
    expect(changesOf(form, { ...form, practitioners: these('3', '4', '5'), mapped: {} })).toEqual([
      'locations changed', '2 practitioners added', '1 practitioner removed',
    ]);
    expect(changesOf(form, { ...form, services: these('1') })).toEqual(['only chosen appointment types']);
  });
  it('of the preview', () => {
    expect(previewSentence({ visits: 212, shared: 87, days: 7, reasons: [] })).toBe('Of last week’s 212 visits, 87 would have been shared.');
    expect(previewSentence({ visits: 212, shared: 0, days: 7, reasons: [] })).toBe('Of last week’s 212 visits, none would have been shared.');
    expect(previewSentence({ visits: 5, shared: 5, days: 7, reasons: [] })).toBe('All of last week’s 5 visits would have been shared.');
    expect(previewSentence({ visits: 1, shared: 1, days: 7, reasons: [] })).toBe('Last week’s only visit would have been shared.');
    expect(previewSentence({ visits: 0, shared: 0, days: 7, reasons: [] })).toMatch(/no visits in the last week/);
    expect(previewSentence({ visits: 9, shared: 2, days: 3, reasons: [] })).toBe('Of the last 3 days’ 9 visits, 2 would have been shared.');
  });
  it('of a reason: known ones in the practice’s words, others as they came', () => {
    expect(reasonWords('location is not mapped')).toBe('The location has no place in the app');
    expect(reasonWords('something else')).toBe('Something else');
  });
  it('of a practitioner: group and places, unknown places left out', () => {
    expect(practitionerDetail({ id: '1', name: 'A', group: 'Doctors', locations: ['x', 'gone'] }, [{ id: 'x', name: 'Bondi' }])).toBe('Doctors · Bondi');
  });
});
