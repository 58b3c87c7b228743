// SPDX-License-Identifier: Apache-2.0
// Locations, practitioners and appointment types of a grant. All three must match.
import { Anchor, Button, Select, Text, TextInput } from '@mantine/core';
import { type ReactNode, useDeferredValue, useId, useMemo, useState } from 'react';

import type { AppLocation, Directory, Vendor } from '../../api/types';
import { Icon } from '../../components/icons';
import { Section } from '../../components/Section';
import { count } from '../../lib/locale';
import {
  allSelected, type ChoiceForm, choiceSentence, type FilterForm, type FilterProblems, goneIds, isSelected,
  locationsSentence, practitionerDetail, suggestedMapping, toggled, toggledAll, withNewOnes,
} from '../logic/filters';
import { capitalised, matches } from '../logic/text';
import { withVendorWord } from '../logic/words';
import classes from './practice.module.css';

export interface FilterEditorProps {
  vendor: Vendor | undefined;
  appName: string;
  /** The places that the app lists; empty: any text will do. */
  places?: readonly AppLocation[];
  directory: Directory;
  form: FilterForm;
  problems: FilterProblems;
  onChange: (form: FilterForm) => void;
}

export function FilterEditor({ vendor, appName, places = [], directory, form, problems, onChange }: FilterEditorProps) {
  const services = useMemo(
    () => directory.services.map((s) => ({ id: s.id, name: s.name, detail: s.minutes ? `${s.minutes} min` : '' })),
    [directory],
  );
  const practitioners = useMemo(
    () => directory.practitioners.map((p) => ({ id: p.id, name: p.name, detail: practitionerDetail(p, directory.locations) })),
    [directory],
  );
  return (
    <>
      <LocationsPart vendor={vendor} appName={appName} places={places} directory={directory} form={form} problem={problems.locations} onChange={onChange} />
      <ChoicePart
        title={capitalised(withVendorWord(vendor, 'practitioner'))}
        sentence={`A patient is shared when the visit is with one of them. Chosen: ${choiceSentence(form.practitioners, practitioners, 'practitioner')}.`}
        one="practitioner" everyone="Everyone, new ones included" these="Only those I choose"
        everyoneText="A practitioner who joins the practice is included from the first day."
        theseText="When somebody new joins, you are told and decide then."
        rows={practitioners} form={form.practitioners} problem={problems.practitioners}
        onChange={(c) => onChange({ ...form, practitioners: c })}
      />
      <ChoicePart
        title={capitalised(withVendorWord(vendor, 'service'))}
        sentence={`The type of the patient’s most recent appointment when the visit starts decides. Chosen: ${choiceSentence(form.services, services, 'appointment type')}.`}
        one="appointment type" everyone="All of them, new ones included" these="Only those I choose"
        everyoneText="Visits without an appointment are shared too."
        theseText="Visits without an appointment are not shared. When a new type appears, you are told and decide then."
        rows={services} form={form.services} problem={problems.services}
        onChange={(c) => onChange({ ...form, services: c })}
      />
    </>
  );
}

function Problem({ children, id }: { children?: ReactNode; id?: string }) {
  return children ? <Text size="sm" className={classes.problem} mt={8} id={id} role="alert">{children}</Text> : null;
}

function RadioRow({ name, checked, onSelect, label, text }: {
  name: string; checked: boolean; onSelect: () => void; label: string; text: string;
}) {
  return (
    <li role="presentation">
      <label className={classes.choice}>
        <input type="radio" className={classes.radio} name={name} checked={checked} onChange={onSelect} />
        <span>
          <span className={classes.name}>{label}</span>
          <br />
          <span className={classes.quiet}>{text}</span>
        </span>
      </label>
    </li>
  );
}

function LocationsPart({ vendor, appName, places, directory, form, problem, onChange }: {
  vendor: Vendor | undefined; appName: string; places: readonly AppLocation[]; directory: Directory; form: FilterForm; problem?: string; onChange: (f: FilterForm) => void;
}) {
  const name = useId();
  const known = useId();
  const used = useMemo(() => [...new Set(Object.values(form.mapped).filter(Boolean))], [form.mapped]);
  const gone = Object.entries(form.mapped).filter(([id, to]) => to && !directory.locations.some((l) => l.id === id));
  return (
    <Section
      title={capitalised(withVendorWord(vendor, 'location'))}
      sentence={`Where patients of each location arrive in ${appName}. Chosen: ${locationsSentence(form, directory.locations.length)}.`}
      action={form.locationsKind === 'each' && directory.locations.length > 0 && (
        <Button variant="default" size="xs" onClick={() => onChange({ ...form, mapped: { ...suggestedMapping(directory, places), ...nonEmpty(form.mapped) } })}>
          Use the same names
        </Button>
      )}
    >
      <ul className={classes.rows} role="radiogroup" aria-label="How locations are shared">
        <RadioRow
          name={name} checked={form.locationsKind === 'each'} onSelect={() => onChange({ ...form, locationsKind: 'each' })}
          label="Each location has its place in the app" text="A location without one is not shared, and neither are new ones."
        />
        <RadioRow
          name={name} checked={form.locationsKind === 'one'} onSelect={() => onChange({ ...form, locationsKind: 'one' })}
          label="All locations arrive at one place" text="New locations of the practice are included."
        />
      </ul>
      {form.locationsKind === 'one' && places.length > 0 ? (
        <Select
          mt="md" maw={420} label={`Location in ${appName}`} data={placeData(places, form.allTo)} value={form.allTo || null} error={problem} searchable
          placeholder="Choose one" onChange={(v) => onChange({ ...form, allTo: v ?? '' })} allowDeselect={false}
        />
      ) : form.locationsKind === 'one' ? (
        <TextInput
          mt="md" maw={420} label={`Location in ${appName}`} value={form.allTo} error={problem}
          onChange={(e) => onChange({ ...form, allTo: e.currentTarget.value })}
        />
      ) : directory.locations.length === 0 ? (
        <Text size="sm" mt="md" c="dimmed">No location has been read yet. They appear here when the first reading has come this far.</Text>
      ) : (
        <>
          <datalist id={known}>{used.map((u) => <option key={u} value={u} />)}</datalist>
          <ul className={classes.rows} style={{ marginTop: 12 }}>
            {directory.locations.map((l) => (
              <li key={l.id} className={classes.mapping}>
                <span>
                  <span className={classes.name}>{l.name}</span>
                  {l.city && <span className={classes.quiet}> · {l.city}</span>}
                </span>
                {places.length > 0 ? (
                  <Select
                    aria-label={`Location in ${appName} for ${l.name}`} placeholder="Not shared" data={placeData(places, form.mapped[l.id] ?? '')} searchable clearable
                    clearButtonProps={{ 'aria-label': `Do not share ${l.name}` }}
                    value={form.mapped[l.id] || null} onChange={(v) => onChange({ ...form, mapped: { ...form.mapped, [l.id]: v ?? '' } })}
                  />
                ) : <TextInput
                  aria-label={`Location in ${appName} for ${l.name}`} placeholder="Not shared" list={known}
                  value={form.mapped[l.id] ?? ''} rightSection={form.mapped[l.id] ? (
                    <button
                      type="button" aria-label={`Do not share ${l.name}`}
                      style={{ all: 'unset', cursor: 'pointer', padding: 6, display: 'grid' }}
                      onClick={() => onChange({ ...form, mapped: { ...form.mapped, [l.id]: '' } })}
                    >
                      <Icon name="close" size={14} />
                    </button>
                  ) : undefined}
                  onChange={(e) => onChange({ ...form, mapped: { ...form.mapped, [l.id]: e.currentTarget.value } })}
                />}
              </li>
            ))}
          </ul>
          {gone.length > 0 && (
            <Text size="sm" mt={8} c="dimmed">
              {count(gone.length, 'location')} that had a place in the app {gone.length === 1 ? 'is' : 'are'} no longer in the practice’s list.
            </Text>
          )}
          <Problem>{problem}</Problem>
        </>
      )}
    </Section>
  );
}

/** The app's list; a place that it has dropped since is still shown where it is chosen. */
function placeData(places: readonly AppLocation[], chosen: string): { value: string; label: string }[] {
  const data = places.map((p) => ({ value: p.id, label: p.name }));
  return chosen && !places.some((p) => p.id === chosen) ? [...data, { value: chosen, label: `${chosen} (no longer in the list)` }] : data;
}

const nonEmpty = (mapped: Record<string, string>) => Object.fromEntries(Object.entries(mapped).filter(([, to]) => to.trim()));

interface ChoiceRow { id: string; name: string; detail: string }

function ChoicePart(props: {
  title: string; sentence: string; one: string; everyone: string; everyoneText: string; these: string; theseText: string;
  rows: ChoiceRow[]; form: ChoiceForm; problem?: string; onChange: (form: ChoiceForm) => void;
}) {
  const { title, sentence, one, rows, form, problem, onChange } = props;
  const name = useId();
  const problemId = useId();
  const ids = useMemo(() => rows.map((r) => r.id), [rows]);
  return (
    <Section title={title} sentence={sentence}>
      <ul className={classes.rows} role="radiogroup" aria-label={title}>
        <RadioRow name={name} checked={form.kind === 'all'} label={props.everyone} text={props.everyoneText} onSelect={() => onChange(withNewOnes(form, true, ids))} />
        <RadioRow name={name} checked={form.kind === 'these'} label={props.these} text={props.theseText} onSelect={() => onChange(withNewOnes(form, false, ids))} />
      </ul>
      {form.kind === 'these' && <PickList one={one} rows={rows} form={form} onChange={onChange} describedBy={problem ? problemId : undefined} />}
      <Problem id={problemId}>{problem}</Problem>
    </Section>
  );
}

function PickList({ one, rows, form, onChange, describedBy }: {
  one: string; rows: ChoiceRow[]; form: ChoiceForm; onChange: (form: ChoiceForm) => void; describedBy?: string;
}) {
  const [query, setQuery] = useState('');
  const [chosenOnly, setChosenOnly] = useState(false);
  const wanted = useDeferredValue(query);
  const visible = useMemo(
    () => rows.filter((r) => (!chosenOnly || isSelected(form, r.id)) && (!wanted.trim() || matches(`${r.name} ${r.detail}`, wanted))),
    [rows, wanted, chosenOnly, form],
  );
  const gone = goneIds(form, rows);
  const visibleIds = visible.map((r) => r.id);
  const all = allSelected(form, visibleIds);
  if (rows.length === 0) {
    return <Text size="sm" mt="md" c="dimmed">No {one} has been read yet. They appear here when the first reading has come this far.</Text>;
  }
  return (
    <div className={classes.pick} style={{ marginTop: 12 }} role="group" aria-label={`Choose ${one}s`} aria-describedby={describedBy}>
      <div className={classes.pickHead}>
        <TextInput
          aria-label={`Search ${one}s`} placeholder={`Search ${count(rows.length, one)}`} value={query} style={{ flex: '1 1 200px', maxWidth: 320 }}
          leftSection={<Icon name="search" size={16} />} onChange={(e) => setQuery(e.currentTarget.value)}
        />
        <span style={{ display: 'flex', gap: 16, flexWrap: 'wrap', alignItems: 'center' }}>
          <label style={{ display: 'flex', gap: 8, alignItems: 'center', cursor: 'pointer', minHeight: 28 }}>
            <input type="checkbox" className={classes.check} checked={chosenOnly} onChange={(e) => setChosenOnly(e.currentTarget.checked)} />
            Chosen only
          </label>
          <Button variant="default" size="xs" disabled={visible.length === 0} onClick={() => onChange(toggledAll(form, visibleIds))}>
            {all ? 'Clear' : 'Select'} {visible.length === rows.length ? `all ${visible.length}` : `these ${visible.length}`}
          </Button>
        </span>
      </div>
      <ul className={classes.pickList} tabIndex={-1}>
        {visible.map((r) => (
          <li key={r.id}>
            <label>
              <input type="checkbox" className={classes.check} checked={form.ids.has(r.id)} onChange={() => onChange(toggled(form, r.id))} />
              <span className={classes.pickName}>{r.name}</span>
              <span className={classes.quiet} title={r.detail}>{r.detail}</span>
            </label>
          </li>
        ))}
        {visible.length === 0 && (
          <li style={{ padding: '12px 16px' }}>
            {chosenOnly && !wanted ? `No ${one} is chosen yet.` : `No ${one} is called “${wanted}”.`}
          </li>
        )}
      </ul>
      {gone.length > 0 && (
        <Text size="sm" p="sm" c="dimmed" style={{ borderTop: '1px solid var(--pons-line)' }}>
          {count(gone.length, one)} chosen before {gone.length === 1 ? 'is' : 'are'} no longer in the practice’s list.{' '}
          <Anchor size="sm" component="button" type="button" onClick={() => onChange({ kind: 'these', ids: new Set([...form.ids].filter((id) => !gone.includes(id))) })}>
            Remove {gone.length === 1 ? 'it' : 'them'}
          </Anchor>
        </Text>
      )}
    </div>
  );
}
