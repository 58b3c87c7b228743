// SPDX-License-Identifier: Apache-2.0
// One app of the practice: what it may do and whose patients it sees, each changed here with the
// effect shown before it is saved.
import { Button, Group, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, NavLink, useLocation, useParams } from 'react-router-dom';

import { api, type ApiError, asApiError } from '../../api/client';
import { keys } from '../../api/keys';
import type { Grant, GrantRules, UserLink, Vendor } from '../../api/types';
import { announce } from '../../app/live';
import { ConfirmDialog } from '../../components/ConfirmDialog';
import { FormError } from '../../components/FormField';
import { PageHeader } from '../../components/PageHeader';
import { ErrorNote, PageError, PageLoading } from '../../components/PageStates';
import { Facts, Section } from '../../components/Section';
import { StateSentence } from '../../components/StateSentence';
import { TimeAgo } from '../../components/TimeAgo';
import { UnsavedChangesGuard } from '../../components/UnsavedChangesGuard';
import { changesOf, type FilterForm, formOf, problemsOf, rulesOf, sameFilters } from '../logic/filters';
import { listed } from '../logic/text';
import { grantSentence, MODES, switchChanges, SWITCHES } from '../logic/words';
import { useAt, useConnections, useDirectory, useKnownApps, useOrg, useRights, useVendors } from '../parts/data';
import { FilterEditor } from '../parts/FilterEditor';
import { FirstPatient } from '../parts/FirstPatient';
import classes from '../parts/practice.module.css';
import { Preview } from '../parts/Preview';
import { Rows } from '../parts/Rows';
import { ModeChoice, SwitchList } from '../parts/Switches';

export default function AppPage({ part }: { part: 'filters' | 'allow' }) {
  const id = useParams().grant ?? '';
  const query = useQuery({ queryKey: keys.grant(id), queryFn: ({ signal }) => api.get<Grant>(`/grants/${id}`, undefined, signal) });
  if (query.isPending) return <PageLoading />;
  if (!query.data) return <PageError error={asApiError(query.error)} onRetry={() => void query.refetch()} />;
  return <Loaded grant={query.data} part={part} />;
}

function Loaded({ grant, part }: { grant: Grant; part: 'filters' | 'allow' }) {
  const at = useAt();
  const rights = useRights();
  const org = useOrg();
  const vendorId = useConnections(org).data?.find((c) => c.id === grant.connection.id)?.vendor;
  const vendor = useVendors().data?.find((v) => v.id === vendorId);
  // Set by whoever has just connected the app: the first patient is waited for here.
  const since = (useLocation().state as { since?: string } | null)?.since;
  return (
    <>
      <PageHeader
        title={grant.app.name} crumbs={[{ label: 'Apps', to: at('/apps') }]}
        sentence={<>{grantSentence(grant)}. Through <Link to={at(`/connections/${grant.connection.id}`)} style={{ color: 'inherit' }}>{grant.connection.name}</Link>.</>}
      />
      {!grant.revoked && since && grant.switches.patients_in && <FirstPatient grant={grant} vendor={vendor?.name ?? 'your system'} since={since} />}
      {!grant.revoked && (
        <nav className={classes.tabs} aria-label={`Settings of ${grant.app.name}`}>
          <NavLink to={at(`/apps/${grant.id}`)} end>Whose patients</NavLink>
          <NavLink to={at(`/apps/${grant.id}/allow`)}>What it may do</NavLink>
        </nav>
      )}
      {grant.revoked ? (
        <Text>This app was stopped. It sees nothing of the practice any more; connect it again to share with it.</Text>
      ) : !rights.manage ? (
        <ReadOnly grant={grant} />
      ) : part === 'filters' ? (
        <Filters grant={grant} vendor={vendor} />
      ) : (
        <Allow grant={grant} />
      )}
    </>
  );
}

function ReadOnly({ grant }: { grant: Grant }) {
  const on = SWITCHES.filter((s) => grant.switches[s.name]);
  return (
    <Section title="What it may do" framed sentence="An admin of the practice can change this.">
      <Facts items={[['When', MODES.find((m) => m.value === grant.mode)?.label ?? grant.mode], ...on.map((s): [string, string] => [s.label, s.text])]} />
    </Section>
  );
}

/** Which practitioner each of the app's users is; they link themselves, from within the app. */
function UserLinks({ links }: { links: UserLink[] }) {
  if (links.length === 0) return null;
  return (
    <Section title="Who its users are" sentence="People who use the app under their own name here. They link themselves in the app, by their name and provider number.">
      <Rows label="Users of the app">
        {links.map((l) => (
          <li key={l.user} className={classes.row}>
            <span><span className={classes.name}>{l.practitioner.name}</span><br /><span className={classes.quiet}>{l.user}</span></span>
            <StateSentence tone={l.state === 'active' ? 'ok' : 'attention'} cause={l.cause || undefined}>{l.state === 'active' ? 'Linked' : 'Ended'}</StateSentence>
            <span className={classes.end}><TimeAgo at={l.linked_at} /></span>
          </li>
        ))}
      </Rows>
    </Section>
  );
}

/** Saves a part of the grant and shows it as saved. */
function useSave(grant: Grant) {
  const client = useQueryClient();
  const org = useOrg();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const save = async (rules: Partial<GrantRules>): Promise<Grant | null> => {
    setBusy(true);
    setError(null);
    try {
      await api.patch(`/grants/${grant.id}`, rules);
      const saved = await api.get<Grant>(`/grants/${grant.id}`);
      client.setQueryData(keys.grant(grant.id), saved);
      await client.invalidateQueries({ queryKey: keys.orgGrants(org) });
      announce('Saved.');
      return saved;
    } catch (thrown) {
      setError(asApiError(thrown));
      return null;
    } finally {
      setBusy(false);
    }
  };
  return { save, busy, error };
}

function Filters({ grant, vendor }: { grant: Grant; vendor: Vendor | undefined }) {
  const directory = useDirectory(grant.connection.id);
  const places = useKnownApps(useOrg()).data?.find((a) => a.id === grant.app.id)?.locations;
  const [saved, setSaved] = useState<FilterForm>(() => formOf(grant));
  const [form, setForm] = useState<FilterForm>(saved);
  const [done, setDone] = useState(false);
  const { save, busy, error } = useSave(grant);
  const problems = problemsOf(form);
  const ready = Object.keys(problems).length === 0;
  const dirty = !sameFilters(saved, form);
  const changes = changesOf(saved, form);
  if (directory.isPending) return <PageLoading />;
  if (!directory.data) return <ErrorNote error={asApiError(directory.error)} onRetry={() => void directory.refetch()} />;
  return (
    <div className={classes.withAside}>
      <div>
        <UnsavedChangesGuard when={dirty} what="Changed filters" />
        <Text size="sm" mb="lg">All three must match: a patient is shared when the location, the practitioner and the appointment type of the visit are chosen here.</Text>
        <FilterEditor vendor={vendor} appName={grant.app.name} places={places} directory={directory.data} form={form} problems={problems} onChange={(f) => { setDone(false); setForm(f); }} />
        <FormError error={error} title="The filters were not saved" />
        {(dirty || done) && (
          <div className={classes.savebar} role="region" aria-label="Changes">
            <Text size="sm" style={{ flex: '1 1 260px' }}>{!dirty ? 'Saved. From now on these filters decide.' : ready ? `Not saved yet: ${listed(changes)}.` : Object.values(problems)[0]}</Text>
            {dirty && (
              <Group gap="xs">
                <Button variant="default" onClick={() => setForm(saved)} disabled={busy}>Undo</Button>
                <Button
                  loading={busy} disabled={!ready}
                  onClick={() => void save(rulesOf(form)).then((g) => { if (g) { const kept = formOf(g); setSaved(kept); setForm(kept); setDone(true); } })}
                >
                  Save filters
                </Button>
              </Group>
            )}
          </div>
        )}
      </div>
      <aside className={classes.aside} data-follows aria-label="Preview">
        <Preview path={`/grants/${grant.id}/preview`} body={{ mode: grant.mode, switches: grant.switches, ...rulesOf(form) }} ready={ready} />
      </aside>
    </div>
  );
}

function Allow({ grant }: { grant: Grant }) {
  const at = useAt();
  const org = useOrg();
  const client = useQueryClient();
  const [switches, setSwitches] = useState(grant.switches);
  const [mode, setMode] = useState(grant.mode);
  const [stopping, setStopping] = useState(false);
  const { save, busy, error } = useSave(grant);
  const changes = switchChanges(grant, { switches, mode });
  const dirty = changes.length > 0;
  return (
    <div>
      <div style={{ maxWidth: 760 }}>
      <UnsavedChangesGuard when={dirty} what="Changed switches" />
      <Section title="What it may do"><SwitchList value={switches} onChange={(name, on) => setSwitches((s) => ({ ...s, [name]: on }))} disabled={busy} /></Section>
      <Section title="When a patient goes to the app"><ModeChoice value={mode} onChange={setMode} disabled={busy} /></Section>
      <FormError error={error} title="It was not saved" />
      {dirty && (
        <div className={classes.savebar} role="region" aria-label="Changes">
          <Text size="sm" style={{ flex: '1 1 260px' }}>Not saved yet: {listed(changes)}.</Text>
          <Group gap="xs">
            <Button variant="default" disabled={busy} onClick={() => { setSwitches(grant.switches); setMode(grant.mode); }}>Undo</Button>
            <Button loading={busy} onClick={() => void save({ switches, mode })}>Save</Button>
          </Group>
        </div>
      )}
      <UserLinks links={grant.user_links ?? []} />
      <Section title="Stop sharing" framed>
        <Group justify="space-between" gap="sm">
          <Text size="sm" c="dimmed" style={{ flex: '1 1 320px' }}>{grant.app.name} sees nothing of the practice any more, from that moment. What it has received already is in its own hands.</Text>
          <Button variant="default" onClick={() => setStopping(true)}>Stop sharing</Button>
        </Group>
      </Section>
      <ConfirmDialog
        opened={stopping} onClose={() => setStopping(false)} title={`Stop sharing with ${grant.app.name}?`} confirm={`Stop sharing with ${grant.app.name}`} cancel="Go on sharing"
        gone={[`No patient of ${grant.connection.name} reaches ${grant.app.name} any more.`, 'What it has sent and is not written yet is withdrawn.', 'Its filters and mappings are gone; to share again, connect it anew.']}
        onConfirm={async () => {
          await api.delete(`/grants/${grant.id}`);
          announce(`Sharing with ${grant.app.name} has stopped.`);
          await Promise.all([client.invalidateQueries({ queryKey: keys.grant(grant.id) }), client.invalidateQueries({ queryKey: keys.organization(org) })]);
        }}
      >
        It stops at once. <Link to={at('/activity')}>Activity</Link> keeps what was shared until now.
      </ConfirmDialog>
      </div>
    </div>
  );
}
