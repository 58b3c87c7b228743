// SPDX-License-Identifier: Apache-2.0
// Connect an app: which, what it may do, whose patients. Nothing is shared before the last button.
import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router-dom';

import { api, type ApiError, asApiError } from '../../api/client';
import { keys } from '../../api/keys';
import type { GrantRules, Id, SwitchName, Vendor } from '../../api/types';
import { announce } from '../../app/live';
import { EmptyState } from '../../components/EmptyState';
import { FormError } from '../../components/FormField';
import { PageHeader } from '../../components/PageHeader';
import { ErrorNote, PageLoading } from '../../components/PageStates';
import { Section } from '../../components/Section';
import { emptyForm, type FilterForm, problemsOf, rulesOf } from '../logic/filters';
import { standardSwitches } from '../logic/words';
import { type KnownApp, useAt, useConnections, useDirectory, useKnownApps, useOrg, useVendors } from '../parts/data';
import { FilterEditor } from '../parts/FilterEditor';
import classes from '../parts/practice.module.css';
import { Preview } from '../parts/Preview';
import { ModeChoice, SwitchList } from '../parts/Switches';
import { UnsavedChangesGuard } from '../../components/UnsavedChangesGuard';

const STEPS = ['app', 'allow', 'filters'] as const;
const TITLES = { app: 'Choose the app', allow: 'What it may do', filters: 'Whose patients' };

export default function AppNew() {
  const org = useOrg();
  const at = useAt();
  const navigate = useNavigate();
  const [params, setParams] = useSearchParams();
  const connections = useConnections(org);
  const vendors = useVendors();
  const apps = useKnownApps(org);
  const [app, setApp] = useState<KnownApp>({ id: '', name: '' });
  const [connection, setConnection] = useState(params.get('connection') ?? '');
  const [switches, setSwitches] = useState<Record<SwitchName, boolean>>(standardSwitches());
  const [mode, setMode] = useState<GrantRules['mode']>('on_visit');
  const [form, setForm] = useState<FilterForm>(emptyForm());
  const [made, setMade] = useState<Id | null>(null);
  const [missing, setMissing] = useState(false);

  const usable = (connections.data ?? []).filter((c) => c.state !== 'revoked');
  const chosen = usable.find((c) => c.id === connection) ?? (usable.length === 1 ? usable[0] : undefined);
  const asked = STEPS.find((s) => s === params.get('step')) ?? 'app';
  const step = app.id && chosen ? asked : 'app';
  const go = (to: (typeof STEPS)[number]) => setParams((p) => { p.set('step', to); return p; });
  // In an effect, so that the guard has heard of it before the address changes.
  useEffect(() => {
    if (made !== null) navigate(at(`/apps/${made}`), { state: { since: new Date().toISOString() } });
  }, [made, navigate, at]);
  const top = useRef<HTMLDivElement>(null);
  const before = useRef(step);
  useEffect(() => {
    if (before.current !== step) {
      before.current = step;
      window.scrollTo(0, 0);
      top.current?.focus();
    }
  }, [step]);

  if (connections.isPending || apps.isPending) return <PageLoading />;
  return (
    <>
      <PageHeader
        title={app.name && step !== 'app' ? `Connect ${app.name}` : 'Connect an app'} crumbs={[{ label: 'Apps', to: at('/apps') }]}
        sentence="Nothing is shared before you press the last button."
      />
      <UnsavedChangesGuard when={app.id !== '' && made === null} what="Your choices" />
      <ol className={classes.steps} aria-label="Steps">
        {STEPS.map((s, i) => <li key={s} aria-current={s === step ? 'step' : undefined}>{i + 1}. {TITLES[s]}</li>)}
      </ol>
      <div ref={top} tabIndex={-1} style={{ outline: 'none' }} role="group" aria-label={`Step ${STEPS.indexOf(step) + 1} of ${STEPS.length}: ${TITLES[step]}`}>
        {connections.error && <ErrorNote error={asApiError(connections.error)} onRetry={() => void connections.refetch()} />}
        {apps.error && <ErrorNote error={asApiError(apps.error)} onRetry={() => void apps.refetch()} />}
        {connections.data && usable.length === 0 && (
          <EmptyState title="Connect your system first" action={<Button component={Link} to={at('/connections/new')}>Connect a system</Button>}>
            An app sees patients through a connection to your practice management system. There is none yet.
          </EmptyState>
        )}
        {usable.length > 0 && step === 'app' && (
          <Stack gap="lg" maw={720}>
            {apps.data && apps.data.length > 0 ? (
              <ul className={classes.rows} role="radiogroup" aria-label="App">
                {apps.data.map((a) => (
                  <li key={a.id} role="presentation">
                    <label className={classes.choice}>
                      <input type="radio" name="app" className={classes.radio} checked={app.id === a.id} onChange={() => setApp(a)} />
                      <span>
                        <span className={classes.name}>{a.name}</span>
                        {a.description && <><br /><span className={classes.quiet}>{a.description}</span></>}
                      </span>
                    </label>
                  </li>
                ))}
              </ul>
            ) : (
              <TextInput
                label="App id" maw={520} value={app.id} autoComplete="off" spellCheck={false}
                description="The company that makes the app gives it to you. It is no secret."
                onChange={(e) => setApp({ id: e.currentTarget.value.trim(), name: 'the app' })}
              />
            )}
            {usable.length > 1 && (
              <Select
                label="Connection" maw={520} data={usable.map((c) => ({ value: c.id, label: c.name }))} value={chosen?.id ?? null}
                onChange={(v) => { setConnection(v ?? ''); setForm(emptyForm()); }} allowDeselect={false} placeholder="Choose the system it works with"
              />
            )}
            {missing && (!app.id || !chosen) && (
              <Text size="sm" className={classes.problem} role="alert">{app.id ? 'Choose the connection it works with.' : 'Choose an app.'}</Text>
            )}
            <Group><Button onClick={() => { if (app.id && chosen) go('allow'); else setMissing(true); }}>Continue</Button></Group>
          </Stack>
        )}
        {step === 'allow' && (
          <Stack gap={0} maw={720}>
            <Section title="What it may do" sentence="You can change each of these later.">
              <SwitchList value={switches} onChange={(name, on) => setSwitches((s) => ({ ...s, [name]: on }))} />
            </Section>
            <Section title="When a patient goes to the app"><ModeChoice value={mode} onChange={setMode} /></Section>
            <Group mt="lg">
              <Button onClick={() => go('filters')}>Continue</Button>
              <Button variant="default" onClick={() => go('app')}>Back</Button>
            </Group>
          </Stack>
        )}
        {step === 'filters' && chosen && (
          <Filters
            connection={chosen.id} vendor={vendors.data?.find((v) => v.id === chosen.vendor)} app={app} switches={switches} mode={mode} form={form} setForm={setForm}
            onBack={() => go('allow')} onMade={setMade}
          />
        )}
      </div>
    </>
  );
}

function Filters({ connection, vendor, app, switches, mode, form, setForm, onBack, onMade }: {
  connection: Id; vendor: Vendor | undefined; app: KnownApp; switches: Record<SwitchName, boolean>; mode: GrantRules['mode'];
  form: FilterForm; setForm: (f: FilterForm) => void; onBack: () => void; onMade: (grant: Id) => void;
}) {
  const org = useOrg();
  const client = useQueryClient();
  const directory = useDirectory(connection);
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const problems = problemsOf(form);
  const ready = Object.keys(problems).length === 0;
  const body = { app: app.id, connection, mode, switches, ...rulesOf(form) };
  const share = async () => {
    setShown(true);
    if (!ready) return;
    setBusy(true);
    setError(null);
    try {
      const made = await api.post<{ id: Id }>(`/organizations/${org}/grants`, body);
      await client.invalidateQueries({ queryKey: keys.organization(org) });
      announce(`${app.name} is connected.`);
      onMade(made.id);
    } catch (thrown) {
      setError(asApiError(thrown));
    } finally {
      setBusy(false);
    }
  };
  if (directory.isPending) return <PageLoading />;
  if (!directory.data) return <ErrorNote error={asApiError(directory.error)} onRetry={() => void directory.refetch()} />;
  return (
    <div className={classes.withAside}>
      <div>
        <FormError error={error} title="The app was not connected" />
        <Text size="sm" mb="lg">All three must match: a patient is shared when the location, the practitioner and the appointment type of the visit are chosen here.</Text>
        <FilterEditor vendor={vendor} appName={app.name} places={app.locations} directory={directory.data} form={form} problems={shown ? problems : {}} onChange={setForm} />
        <Group mt="xl">
          <Button onClick={() => void share()} loading={busy}>Share with {app.name}</Button>
          <Button variant="default" onClick={onBack} disabled={busy}>Back</Button>
          {shown && !ready && <Text className={classes.problem}>Something is still missing above.</Text>}
        </Group>
      </div>
      <aside className={classes.aside} data-follows aria-label="Preview"><Preview path={`/organizations/${org}/grants/preview`} body={body} ready={ready} /></aside>
    </div>
  );
}

