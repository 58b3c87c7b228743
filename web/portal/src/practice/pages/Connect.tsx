// SPDX-License-Identifier: Apache-2.0
// Connect a system: choose it, know what is needed, enter and test, see what happens next. The step
// is part of the address, so Back works; what was typed survives a reload, secrets excepted.
import { Anchor, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Link, useSearchParams } from 'react-router-dom';

import { api, type ApiError, asApiError } from '../../api/client';
import { keys } from '../../api/keys';
import type { ConnectionMade, ConnectionTest, Vendor } from '../../api/types';
import { announce } from '../../app/live';
import { EmptyState } from '../../components/EmptyState';
import { FormError } from '../../components/FormField';
import { Icon } from '../../components/icons';
import { PageHeader } from '../../components/PageHeader';
import { ErrorNote, PageLoading } from '../../components/PageStates';
import { Section } from '../../components/Section';
import { ConnectionStateSentence } from '../../components/StateSentence';
import { useFocusInvalid } from '../../lib/hooks';
import { matches } from '../logic/text';
import { firstWay, hasWays, narrowed, pairs, wayOf } from '../logic/ways';
import {
  type Draft, dropDraft, fingerprint, keepDraft, problemsOf, readDraft, requestOf, type Step, STEPS, stepsFor, stepTitle, testSentence,
} from '../logic/wizard';
import { useAt, useConnection, useOrg, useVendors } from '../parts/data';
import { FirstReading } from '../parts/FirstReading';
import { GuideSteps } from '../parts/Guide';
import { NameAndZone, NameFields, zonesKnown } from '../parts/NameAndZone';
import { PairForm } from '../parts/PairForm';
import { Stages } from '../parts/Stages';
import { WayCards } from '../parts/WayCards';
import classes from '../parts/practice.module.css';
import { SettingsFields } from '../parts/SettingsFields';
import { TestResult } from '../parts/TestResult';

// No practice lives in UTC: there the person says where.
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
const likely = here === 'UTC' || here === 'Etc/UTC' ? '' : here;

export default function Connect() {
  const org = useOrg();
  const at = useAt();
  const [params, setParams] = useSearchParams();
  const vendors = useVendors();
  const [attention, setAttention] = useState('');
  const [draft, setDraft] = useState<Draft>(() => readDraft(sessionStorage, org, likely));
  const whole = vendors.data?.find((v) => v.id === draft.vendor);
  const way = whole ? firstWay(whole, draft.settings) : null;
  const vendor = useMemo(() => (whole ? narrowed(whole, way) : undefined), [whole, way]);
  const pairing = whole !== undefined && pairs(whole, way);
  const steps = stepsFor(hasWays(whole), pairing);
  const asked = STEPS.find((s) => s === params.get('step')) ?? draft.step;
  // Nobody lands in the middle without having chosen.
  const step: Step = asked === 'done' ? (params.get('connection') ? 'done' : 'choose') : !vendor ? 'choose' : steps.includes(asked) ? asked : 'settings';
  const next = (of: Step) => steps[steps.indexOf(of) + 1] ?? 'settings';
  const former = (of: Step) => steps[steps.indexOf(of) - 1] ?? 'choose';
  const update = (part: Partial<Draft>) => setDraft((d) => ({ ...d, ...part }));
  const go = (to: Step) => {
    update({ step: to });
    setParams({ step: to });
  };
  useEffect(() => {
    if (step !== 'done') keepDraft(sessionStorage, org, draft, whole);
  }, [draft, org, whole, step]);
  // A new step begins at its top, for eyes and screen readers alike.
  const top = useRef<HTMLDivElement>(null);
  const before = useRef(step);
  useEffect(() => {
    if (before.current !== step) {
      before.current = step;
      window.scrollTo(0, 0);
      top.current?.focus();
    }
  }, [step]);

  if (vendors.isPending) return <PageLoading />;
  const Settings = pairing ? Pair : Enter;
  return (
    <>
      <PageHeader
        title={vendor && step !== 'choose' ? `Connect ${vendor.name}` : 'Connect a system'}
        crumbs={[{ label: 'Connections', to: at('/connections') }]}
        sentence={step === 'choose' && 'Nothing is changed in your system, and nothing is shared until you connect an app and choose whose patients it may see.'}
      />
      <ol className={classes.steps} aria-label="Steps">
        {steps.map((s, i) => (
          <li key={s} aria-current={s === step ? 'step' : undefined}>{i + 1}. {stepTitle(s, pairing)}</li>
        ))}
      </ol>
      <div ref={top} tabIndex={-1} style={{ outline: 'none' }} aria-label={`Step ${steps.indexOf(step) + 1} of ${steps.length}: ${stepTitle(step, pairing)}`} role="group">
        {vendors.error && <ErrorNote error={asApiError(vendors.error)} onRetry={() => void vendors.refetch()} />}
        {step === 'choose' && vendors.data && (
          <Choose vendors={vendors.data} chosen={draft.vendor} onChoose={(id) => update({ vendor: id, settings: id === draft.vendor ? draft.settings : {} })} onNext={() => go(next('choose'))} />
        )}
        {step === 'way' && whole && (
          <ChooseWay
            vendor={whole} value={way?.value ?? ''} onBack={() => go('choose')} onNext={() => go(next('way'))}
            onChoose={(value) => update({ settings: { ...draft.settings, [whole.ways?.setting ?? '']: value } })}
          />
        )}
        {step === 'prepare' && vendor && <Prepare vendor={vendor} onBack={() => go(former('prepare'))} onNext={() => go('settings')} />}
        {step === 'settings' && vendor && (
          <Settings
            vendor={vendor} draft={draft} way={way?.value ?? ''} fixed={whole?.ways && way ? { [whole.ways.setting]: way.value } : {}}
            onChange={update} onBack={() => go(former('settings'))}
            onMade={(id, warning) => {
              setAttention(warning ?? '');
              dropDraft(sessionStorage, org);
              setParams({ step: 'done', connection: id }, { replace: true });
            }}
          />
        )}
        {step === 'done' && <Done id={params.get('connection') ?? ''} attention={attention} />}
      </div>
    </>
  );
}

function Choose({ vendors, chosen, onChoose, onNext }: { vendors: Vendor[]; chosen: string; onChoose: (id: string) => void; onNext: () => void }) {
  const [query, setQuery] = useState('');
  const [missing, setMissing] = useState(false);
  const visible = vendors.filter((v) => !query.trim() || matches(`${v.name} ${v.region}`, query));
  if (vendors.length === 0) return <EmptyState title="No system can be connected here">Ask the operator of this server to add one.</EmptyState>;
  return (
    <form onSubmit={(e) => { e.preventDefault(); if (chosen) onNext(); else setMissing(true); }}>
      <Stack gap="md" maw={720}>
        {vendors.length > 8 && (
          <TextInput aria-label="Search systems" placeholder={`Search ${vendors.length} systems`} value={query} onChange={(e) => setQuery(e.currentTarget.value)} leftSection={<Icon name="search" size={16} />} />
        )}
        <ul className={classes.rows} role="radiogroup" aria-label="Your practice management system">
          {visible.map((v) => (
            <li key={v.id} role="presentation">
              <label className={classes.choice}>
                <input type="radio" className={classes.radio} name="vendor" value={v.id} checked={chosen === v.id} onChange={() => onChoose(v.id)} />
                <span>
                  <span className={classes.name}>{v.name}</span>
                  <br />
                  <span className={classes.quiet}>
                    {regionWord(v.region)}
                    {v.standing === 'draft' && '. Early: tested against a copy of the system, not yet in daily use'}
                  </span>
                </span>
              </label>
            </li>
          ))}
          {visible.length === 0 && <li className={classes.choice}>No system is called “{query}”.</li>}
        </ul>
        {missing && !chosen && <Text size="sm" className={classes.problem} role="alert">Choose your system from the list.</Text>}
        <Group><Button type="submit">Continue</Button></Group>
      </Stack>
    </form>
  );
}

function regionWord(region: string): string {
  try {
    return /^[A-Z]{2}$/.test(region) ? (new Intl.DisplayNames('en', { type: 'region' }).of(region) ?? region) : region;
  } catch {
    return region;
  }
}

function Prepare({ vendor, onBack, onNext }: { vendor: Vendor; onBack: () => void; onNext: () => void }) {
  return (
    <Stack gap={0} maw={720}>
      {vendor.guide.before.length > 0 && (
        <Section title="What you need">
          <div className={classes.box}>
            <ul className={classes.plain}>{vendor.guide.before.map((b) => <li key={b}>{b}</li>)}</ul>
          </div>
        </Section>
      )}
      {vendor.guide.steps.length > 0 && (
        <Section title={`In ${vendor.name}`} sentence="Do these first, with somebody who may change its settings. You can come back to this page: it is kept.">
          <GuideSteps steps={vendor.guide.steps} />
        </Section>
      )}
      <Group mt="lg">
        <Button onClick={onNext}>I have these: continue</Button>
        <Button variant="default" onClick={onBack}>Back</Button>
      </Group>
    </Stack>
  );
}

function ChooseWay({ vendor, value, onChoose, onBack, onNext }: {
  vendor: Vendor; value: string; onChoose: (value: string) => void; onBack: () => void; onNext: () => void;
}) {
  const way = vendor.ways?.choices.find((w) => w.value === value);
  const before = pairs(vendor, way ?? null) ? narrowed(vendor, way ?? null).guide.before : [];
  return (
    <form onSubmit={(e) => { e.preventDefault(); onNext(); }}>
      <Stack gap="lg" maw={840}>
        <Text>There are several ways to reach {vendor.name}. You can change to another one later: patients keep their identity, and nothing is sent twice.</Text>
        <WayCards vendor={vendor} value={value} onChange={onChoose} />
        {before.length > 0 && (
          <div aria-live="polite">
            <Text fw={600} mb="xs">What you need</Text>
            <ul className={classes.plain}>{before.map((b) => <li key={b}>{b}</li>)}</ul>
          </div>
        )}
        <Group>
          <Button type="submit" disabled={value === ''}>Continue</Button>
          <Button variant="default" onClick={onBack}>Back</Button>
        </Group>
      </Stack>
    </form>
  );
}

interface SettingsProps {
  vendor: Vendor;
  draft: Draft;
  way: string;
  /** The setting that chooses the way. */
  fixed: Record<string, string>;
  onChange: (part: Partial<Draft>) => void;
  onBack: () => void;
  onMade: (id: string, attention?: string) => void;
}

function Pair({ vendor, draft, way, fixed, onChange, onBack, onMade }: SettingsProps) {
  const org = useOrg();
  const client = useQueryClient();
  const zones = useMemo(zonesKnown, []);
  // Without a name it is called what the practice calls itself.
  const { time_zone } = problemsOf(vendor, draft, {}, zones);
  const problems: Record<string, string> = time_zone ? { time_zone } : {};
  return (
    <PairForm
      vendor={vendor} way={way} settings={draft.settings} problems={problems} button="Pair and connect"
      onSetting={(key, value) => onChange({ settings: { ...draft.settings, [key]: value } })}
      extra={(visible) => <NameAndZone draft={draft} visible={visible} zones={zones} onChange={onChange} />}
      onPair={async (secrets) => {
        const made = await api.post<ConnectionMade>(`/organizations/${org}/connections`, requestOf(vendor, draft, secrets, fixed));
        await client.invalidateQueries({ queryKey: keys.organization(org) });
        announce('The practice is paired.');
        onMade(made.id, made.attention);
      }}
      back={<Button variant="default" onClick={onBack}>Back</Button>}
    />
  );
}

function Enter({ vendor, draft, fixed, onChange, onBack, onMade }: SettingsProps) {
  const org = useOrg();
  const client = useQueryClient();
  const [secrets, setSecrets] = useState<Record<string, string>>({});
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState<'test' | 'save' | 'untested' | null>(null);
  const [refused, setRefused] = useState('');
  const [tested, setTested] = useState<{ of: string; result: ConnectionTest } | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [form, focusFirst] = useFocusInvalid();
  const zones = useMemo(zonesKnown, []);
  const problems = problemsOf(vendor, draft, secrets, zones);
  const request = requestOf(vendor, draft, secrets, fixed);
  const same = tested?.of === fingerprint(request);
  const passed = same && tested?.result.ok;
  const visible: Record<string, string> = shown ? { ...problems } : {};
  if (error?.field) visible[error.field] = error.message;

  const act = async (what: 'test' | 'save' | 'untested') => {
    setShown(true);
    if (Object.keys(problems).length > 0) return focusFirst();
    setBusy(what);
    setError(null);
    try {
      if (what === 'test') {
        const result = await api.post<ConnectionTest>(`/organizations/${org}/connections/test`, request);
        setTested({ of: fingerprint(request), result });
        announce(testSentence(result, vendor.name));
      } else {
        const made = await api.post<{ id: string }>(`/organizations/${org}/connections`, what === 'untested' ? { ...request, untested: true } : request);
        await client.invalidateQueries({ queryKey: keys.organization(org) });
        announce(`${vendor.name} is connected.`);
        onMade(made.id);
      }
    } catch (thrown) {
      setRefused(what === 'test' ? 'It could not be tested' : 'It was not connected');
      setError(asApiError(thrown));
      focusFirst();
    } finally {
      setBusy(null);
    }
    return undefined;
  };

  return (
    <div className={classes.withAside}>
      <form ref={form} noValidate onSubmit={(e) => { e.preventDefault(); void act(passed ? 'save' : 'test'); }}>
        <Stack gap="md">
          <FormError error={error} fields={['name', 'time_zone', ...vendor.settings.map((s) => s.key)]} title={refused} />
          <NameFields draft={draft} visible={visible} zones={zones} onChange={onChange} />
          <SettingsFields
            vendor={vendor} settings={draft.settings} secrets={secrets} problems={visible}
            onSetting={(key, value) => onChange({ settings: { ...draft.settings, [key]: value } })}
            onSecret={(key, value) => setSecrets({ ...secrets, [key]: value })}
          />
          {tested && same && <TestResult test={tested.result} vendor={vendor.name} />}
          {tested && !same && <Text size="sm" c="dimmed">The settings have changed since the last test.</Text>}
          <Group>
            <Button type="submit" loading={busy !== null}>{passed ? `Connect ${vendor.name}` : 'Test these settings'}</Button>
            {passed && <Button variant="default" onClick={() => void act('test')} disabled={busy !== null}>Test again</Button>}
            <Button variant="default" onClick={onBack} disabled={busy !== null}>Back</Button>
          </Group>
          {tested && same && !tested.result.ok && (
            <Text size="sm" c="dimmed">
              The practice’s server is off just now?{' '}
              <Anchor size="sm" component="button" type="button" onClick={() => void act('untested')}>Connect without a passed test</Anchor>: it is tried again by itself.
            </Text>
          )}
          <Text size="sm" c="dimmed">Passwords are encrypted when they are kept, and never shown again.</Text>
        </Stack>
      </form>
      {vendor.guide.steps.length > 0 && (
        <aside className={classes.aside} data-last aria-label={`Where to find this in ${vendor.name}`}>
          <div className={classes.box}>
            <Text size="sm" fw={600} mb="md">Where to find this</Text>
            <GuideSteps steps={vendor.guide.steps} />
          </div>
        </aside>
      )}
    </div>
  );
}

function Done({ id, attention }: { id: string; attention: string }) {
  const at = useAt();
  const query = useConnection(id);
  const vendors = useVendors();
  if (query.isPending) return <PageLoading />;
  if (!query.data) return <ErrorNote error={asApiError(query.error)} onRetry={() => void query.refetch()} />;
  const connection = query.data;
  const vendor = vendors.data?.find((v) => v.id === connection.vendor);
  const paired = vendor !== undefined && pairs(vendor, wayOf(vendor, connection.settings ?? {}));
  return (
    <Stack gap={0} maw={720}>
      <Section title={connection.name}>
        <div className={classes.box}>
          <ConnectionStateSentence connection={connection} size="md" />
          {attention && connection.state !== 'active' && <Text size="sm" mt="xs">{attention}</Text>}
          {paired && <Stages connection={connection} />}
          <FirstReading connection={connection} />
        </div>
      </Section>
      <Section title="What happens next">
        <Text>
          Now choose an app, and whose patients it may see. Until then nobody’s data is shared and no patient is copied.
          After that, a patient appears in the app when their visit starts. You can leave this page: setting up goes on by itself.
        </Text>
        <Group mt="md">
          <Button component={Link} to={at(`/apps/new?connection=${connection.id}`)}>Connect an app</Button>
          <Button component={Link} to={at(`/connections/${connection.id}`)} variant="default">See this connection</Button>
        </Group>
      </Section>
    </Stack>
  );
}
