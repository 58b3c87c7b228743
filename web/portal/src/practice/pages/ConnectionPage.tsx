// SPDX-License-Identifier: Apache-2.0
// One connection: how it stands and what to do, what has been read, who sees it, its settings, and
// how to stop it.
import { Anchor, Button, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useMemo, useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router-dom';

import { api, type ApiError, asApiError } from '../../api/client';
import { keys } from '../../api/keys';
import { asPage } from '../../api/queries';
import type { Connection, ConnectionTest, HealthSide, Page, QuarantineItem, Removal, Vendor, VendorWay } from '../../api/types';
import { announce } from '../../app/live';
import { useLocale } from '../../app/session';
import { ConfirmDialog } from '../../components/ConfirmDialog';
import { EmptyState } from '../../components/EmptyState';
import { FormError, FormField } from '../../components/FormField';
import { PageHeader } from '../../components/PageHeader';
import { ErrorNote, PageError, PageLoading } from '../../components/PageStates';
import { Facts, Section } from '../../components/Section';
import { ConnectionStateSentence, StateSentence } from '../../components/StateSentence';
import { TimeAgo } from '../../components/TimeAgo';
import { useFocusInvalid } from '../../lib/hooks';
import { count, formatNumber } from '../../lib/locale';
import { connectionSentence, healthWord, streamWord } from '../logic/words';
import { linkState, narrowed, pairs, wayOf, waysOf } from '../logic/ways';
import { changedSettings, problemsOf, settingLabel } from '../logic/wizard';
import { useAt, useConnection, useGrants, useOrg, useRights, useVendors } from '../parts/data';
import { FirstReading } from '../parts/FirstReading';
import classes from '../parts/practice.module.css';
import { Keys } from '../parts/Keys';
import { Requests } from '../parts/Requests';
import { RowLink, Rows } from '../parts/Rows';
import { SettingsFields } from '../parts/SettingsFields';
import { TestResult } from '../parts/TestResult';
import { filtersSentence } from './Apps';

export default function ConnectionPage() {
  const id = useParams().connection ?? '';
  const query = useConnection(id);
  const vendors = useVendors();
  if (query.isPending) return <PageLoading />;
  if (!query.data) return <PageError error={asApiError(query.error)} onRetry={() => void query.refetch()} />;
  return <Loaded connection={query.data} whole={vendors.data?.find((v) => v.id === query.data.vendor)} />;
}

function Loaded({ connection, whole }: { connection: Connection; whole: Vendor | undefined }) {
  const way = whole ? wayOf(whole, connection.settings ?? {}) : null;
  // As its way sees it; what is used up by connecting is given on the way's own page.
  const vendor = useMemo(() => {
    const mine = whole && narrowed(whole, way);
    return mine && { ...mine, settings: mine.settings.filter((s) => !s.once) };
  }, [whole, way]);
  const at = useAt();
  const rights = useRights();
  const org = useOrg();
  const grants = useGrants(org, { enabled: rights.activity });
  const [editing, setEditing] = useState(false);
  const [stopping, setStopping] = useState<'pause' | 'disconnect' | null>(null);
  const client = useQueryClient();
  const locale = useLocale();
  const live = (grants.data ?? []).filter((g) => !g.revoked && g.connection.id === connection.id);
  const gone = connection.state === 'revoked';
  // What a pairing was made with changes only with a new code, on the way's own page.
  const editable = vendor && whole && pairs(whole, way) ? { ...vendor, settings: vendor.settings.filter((s) => !s.required) } : vendor;
  const refresh = () => Promise.all([
    client.invalidateQueries({ queryKey: keys.connection(connection.id) }),
    client.invalidateQueries({ queryKey: keys.orgConnections(org) }),
  ]);
  const setPaused = async (paused: boolean) => {
    await api.patch(`/connections/${connection.id}`, { paused });
    await refresh();
    announce(paused ? 'The connection is paused.' : 'The connection is resumed.');
  };

  let action: ReactNode = null;
  if (rights.manage && !gone) {
    if (connection.state === 'attention' || connection.state === 'pending') action = <Button onClick={() => setEditing(true)}>Check the settings</Button>;
    else if (connection.state === 'paused') action = <ResumeButton onResume={() => setPaused(false)} />;
    else if (live.length === 0) action = <Button component={Link} to={at(`/apps/new?connection=${connection.id}`)}>Connect an app</Button>;
  }
  const counts = Object.entries(connection.counts ?? {}).filter(([key]) => key !== 'quarantined');
  return (
    <>
      <PageHeader
        title={connection.name} crumbs={[{ label: 'Connections', to: at('/connections') }]} action={action}
        sentence={[connection.vendor_name ?? vendor?.name ?? connection.vendor, connection.practice_name !== connection.name && connection.practice_name].filter(Boolean).join(' · ')}
      />
      <Section title="How it stands">
        <div className={classes.box}>
          <ConnectionStateSentence connection={{ ...connection, cause: connection.cause || connectionSentence(connection), since: undefined }} size="md" />
          <Text size="sm" c="dimmed" mt={4}>{connection.state === 'attention' && connection.since && <>Since <TimeAgo at={connection.since} zone={connection.time_zone} />. </>}Last read <TimeAgo at={connection.last_success_at} zone={connection.time_zone} never="never" />.</Text>
          <FirstReading connection={connection} />
        </div>
        {!gone && (
          <div className={classes.two} style={{ marginTop: 16 }}>
            <Side title="Reading" text="Patients, appointments and visits of your system." side={connection.read} zone={connection.time_zone} />
            <Side title="Writing" text="Bookings, new patients and documents from apps." side={connection.write} zone={connection.time_zone} />
          </div>
        )}
      </Section>
      {whole && way && !gone && <Way connection={connection} vendor={whole} way={way} manage={rights.manage} />}
      {connection.vendor_requests && !gone && <Requests requests={connection.vendor_requests} way={way?.label ?? whole?.name ?? 'the vendor'} />}
      {counts.length > 0 && (
        <Section title="What Pons holds of it" sentence="With apps that see a patient only when a visit starts, nobody else is copied.">
          <dl className={classes.figures}>
            {counts.map(([stream, n]) => (
              <div key={stream}><dt>{streamWord(stream)}</dt><dd>{formatNumber(n, locale)}</dd></div>
            ))}
          </dl>
        </Section>
      )}
      {rights.activity && !gone && (
        <Section title="Apps that see it" action={rights.manage && live.length > 0 && <Anchor size="sm" component={Link} to={at(`/apps/new?connection=${connection.id}`)}>Connect an app</Anchor>}>
          {live.length === 0 && grants.data && <EmptyState title="No app sees it">Nothing of this practice is shared with anybody.</EmptyState>}
          {live.length > 0 && (
            <Rows label="Apps">
              {live.map((g) => <RowLink key={g.id} to={at(`/apps/${g.id}`)} name={g.app.name} state={filtersSentence(g)} />)}
            </Rows>
          )}
        </Section>
      )}
      {rights.activity && <SetAside connection={connection} />}
      {rights.manage && !gone && (
        <>
          <Section title="Settings" framed action={<Button variant="default" size="xs" onClick={() => setEditing(true)}>Change settings</Button>}>
            <Facts items={settingFacts(connection, vendor)} />
          </Section>
          <Keys connection={connection} />
          <Section title="Stop" framed>
            <Group justify="space-between" gap="sm">
              <div style={{ flex: '1 1 320px' }}>
                <Text size="sm" fw={600}>{connection.state === 'paused' ? 'Resume' : 'Pause'}</Text>
                <Text size="sm" c="dimmed">
                  {connection.state === 'paused'
                    ? 'Reading goes on where it stopped. What happened meanwhile is read too.'
                    : 'Nothing is read or written until somebody resumes it. Apps keep what they have seen.'}
                </Text>
              </div>
              {connection.state === 'paused' ? <ResumeButton onResume={() => setPaused(false)} variant="default" /> : <Button variant="default" onClick={() => setStopping('pause')}>Pause</Button>}
            </Group>
            <Group justify="space-between" gap="sm" mt="lg" pt="lg" style={{ borderTop: '1px solid var(--pons-line)' }}>
              <div style={{ flex: '1 1 320px' }}>
                <Text size="sm" fw={600}>Disconnect</Text>
                <Text size="sm" c="dimmed">Ends this connection and forgets its password. You see first what goes with it.</Text>
              </div>
              <Button variant="default" onClick={() => setStopping('disconnect')}>Disconnect</Button>
            </Group>
          </Section>
        </>
      )}
      <ConfirmDialog
        opened={stopping === 'pause'} onClose={() => setStopping(null)} danger={false} title={`Pause ${connection.name}?`} confirm="Pause this connection"
        cancel="Leave it on" onConfirm={() => setPaused(true)}
        gone={['New visits do not reach any app.', 'What apps book or send waits, or is refused where it cannot wait.', live.length > 0 && `This concerns ${live.map((g) => g.app.name).join(', ')}.`].filter(Boolean)}
      />
      {stopping === 'disconnect' && <Disconnect connection={connection} onClose={() => setStopping(null)} />}
      {editing && editable && <EditSettings connection={connection} vendor={editable} onClose={() => setEditing(false)} onSaved={refresh} />}
    </>
  );
}

function ResumeButton({ onResume, variant }: { onResume: () => Promise<void>; variant?: string }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  return (
    <>
      <Button
        variant={variant} loading={busy}
        onClick={() => {
          setBusy(true);
          setError(null);
          onResume().catch((e: unknown) => setError(asApiError(e))).finally(() => setBusy(false));
        }}
      >
        Resume
      </Button>
      {error && <ErrorNote error={error} title="It was not resumed" />}
    </>
  );
}

function Side({ title, text, side, zone }: { title: string; text: string; side: HealthSide | undefined; zone: string }) {
  const health = healthWord(side?.state ?? 'new');
  return (
    <div className={classes.box}>
      <Text size="sm" fw={600} mb={4}>{title}</Text>
      <StateSentence tone={health.tone} cause={side?.cause || undefined} since={side?.state === 'attention' || side?.state === 'retrying' ? side.since : undefined} zone={zone}>
        {health.word}
      </StateSentence>
      <Text size="sm" c="dimmed" mt={4}>{text}</Text>
    </div>
  );
}

function settingFacts(connection: Connection, vendor: Vendor | undefined): [string, ReactNode][] {
  const label = (key: string) => settingLabel(vendor?.settings.find((s) => s.key === key) ?? { key });
  // What was learned, and what belongs to another way, is no setting of anybody's.
  const shown = (key: string) => vendor === undefined || vendor.settings.some((s) => s.key === key);
  return [
    ['Name', connection.name],
    ['Time zone', connection.time_zone],
    ...Object.entries(connection.settings ?? {}).filter(([key, value]) => value !== '' && shown(key)).map(([key, value]): [string, ReactNode] => [label(key), value]),
    ...(connection.secret_keys ?? []).filter(shown).map((key): [string, ReactNode] => [label(key), 'Kept, never shown']),
  ];
}

/** How the system is reached, and the way to another way. */
function Way({ connection, vendor, way, manage }: { connection: Connection; vendor: Vendor; way: VendorWay; manage: boolean }) {
  const at = useAt();
  const others = waysOf(vendor).filter((w) => w.value !== way.value && w.available);
  const paired = pairs(vendor, way);
  const link = linkState(connection);
  const to = (value: string) => at(`/connections/${connection.id}/way?to=${value}`);
  return (
    <Section title="How it is reached" framed>
      <Group justify="space-between" gap="sm">
        <div style={{ flex: '1 1 320px' }}>
          <Text size="sm" fw={600}>{way.label}</Text>
          {paired
            ? <StateSentence tone={link.tone} cause={link.cause}>{link.word}</StateSentence>
            : <Text size="sm" c="dimmed">{way.text}</Text>}
        </div>
        {manage && (
          <Group gap="sm">
            {paired && <Button component={Link} variant="default" to={to(way.value)}>Pair again</Button>}
            {others.map((w) => <Button key={w.value} component={Link} variant="default" to={to(w.value)}>Move to {w.label}</Button>)}
          </Group>
        )}
      </Group>
    </Section>
  );
}

function SetAside({ connection }: { connection: Connection }) {
  const query = useQuery({
    queryKey: keys.quarantine(connection.id),
    queryFn: async ({ signal }) => asPage(await api.get<Page<QuarantineItem>>(`/connections/${connection.id}/quarantine`, { limit: 20 }, signal)),
    retry: false,
  });
  const items = query.data?.items ?? [];
  if (items.length === 0) return null;
  const total = query.data?.total ?? items.length;
  return (
    <Section title="Could not be read" sentence={`${count(total, 'record')} could not be read and ${total === 1 ? 'is' : 'are'} set aside; everything else goes on. Mend ${total === 1 ? 'it' : 'them'} in your system, and ${total === 1 ? 'it is read again by itself' : 'they are read again by themselves'}.`}>
      <Rows label="Records set aside">
        {items.map((q) => (
          <li key={q.id} className={classes.row}>
            <span className={classes.name}>{streamWord(q.stream)}</span>
            <span>{q.reason}</span>
            <span className={classes.end}><TimeAgo at={q.at} zone={connection.time_zone} /></span>
          </li>
        ))}
      </Rows>
    </Section>
  );
}

function Disconnect({ connection, onClose }: { connection: Connection; onClose: () => void }) {
  const org = useOrg();
  const at = useAt();
  const navigate = useNavigate();
  const client = useQueryClient();
  const removal = useQuery({
    queryKey: [...keys.connection(connection.id), 'removal'],
    queryFn: () => api.delete<Removal>(`/connections/${connection.id}`, { dry_run: true }),
    staleTime: 0,
    gcTime: 0,
  });
  if (removal.isPending) return null;
  const items = removal.data?.items ?? [];
  return (
    <ConfirmDialog
      opened onClose={onClose} title={`Disconnect ${connection.name}?`} confirm="Disconnect" typed="disconnect"
      gone={items.map((i) => i.text)}
      onConfirm={async () => {
        await api.delete(`/connections/${connection.id}`);
        await client.invalidateQueries({ queryKey: keys.organization(org) });
        announce('The connection is ended.');
        navigate(at('/connections'));
      }}
    >
      {removal.error
        ? `What goes with it could not be counted: ${asApiError(removal.error).message}`
        : 'This stops at once and cannot be undone. Your own system stays as it is. Gone will be:'}
    </ConfirmDialog>
  );
}

function EditSettings({ connection, vendor, onClose, onSaved }: {
  connection: Connection; vendor: Vendor; onClose: () => void; onSaved: () => Promise<unknown>;
}) {
  const [name, setName] = useState(connection.name);
  const [timeZone, setTimeZone] = useState(connection.time_zone);
  const [settings, setSettings] = useState<Record<string, string>>(connection.settings ?? {});
  const [secrets, setSecrets] = useState<Record<string, string>>({});
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState<'test' | 'save' | 'untested' | null>(null);
  const [test, setTest] = useState<ConnectionTest | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [form, focusFirst] = useFocusInvalid();
  const zones = useMemo(() => Intl.supportedValuesOf('timeZone'), []);
  // A secret that is kept counts as given.
  const given = { ...Object.fromEntries(connection.secret_keys.map((k) => [k, '•'])), ...secrets };
  const problems = problemsOf(vendor, { name, timeZone, settings }, given, [connection.time_zone, ...zones]);
  const visible: Record<string, string> = shown ? { ...problems } : {};
  if (error?.field) visible[error.field] = error.message;
  const change = changedSettings(connection, { name, time_zone: timeZone, settings, secrets });
  const dirty = Object.keys(change).length > 0;
  // What signs in is tried before it is saved; a name is not.
  const probed = change.settings !== undefined || change.secrets !== undefined || !dirty;
  const act = async (what: 'test' | 'save' | 'untested') => {
    setShown(true);
    if (Object.keys(problems).length > 0) {
      focusFirst();
      return;
    }
    setBusy(what);
    setError(null);
    try {
      if (what === 'test') {
        setTest(await api.post<ConnectionTest>(`/connections/${connection.id}/test`));
      } else {
        await api.patch(`/connections/${connection.id}`, what === 'untested' ? { ...change, untested: true } : change);
        await onSaved();
        announce('The settings are saved.');
        onClose();
      }
    } catch (thrown) {
      setError(asApiError(thrown));
    } finally {
      setBusy(null);
    }
  };
  return (
    <Modal opened onClose={onClose} title={<Text component="span" fw={600}>Settings of {connection.name}</Text>} size="lg" closeOnClickOutside={!dirty}>
      <form ref={form} noValidate onSubmit={(e) => { e.preventDefault(); void act('save'); }}>
        <Stack gap="md">
          {connection.state === 'attention' && connection.cause && <StateSentence tone="attention" cause={connection.cause}>Attention</StateSentence>}
          <FormError error={error} fields={['name', 'time_zone', ...vendor.settings.map((s) => s.key)]} title="It was not saved" />
          <FormField name="name" label="Name of this connection" maw={520} value={name} onText={setName} error={visible.name ?? null} />
          <Select
            name="time_zone" label="Time zone of the practice" maw={520} searchable limit={200} allowDeselect={false} value={timeZone} error={visible.time_zone}
            data={zones.includes(timeZone) ? zones : [timeZone, ...zones]} onChange={(z) => setTimeZone(z ?? '')}
          />
          <SettingsFields
            vendor={vendor} settings={settings} secrets={secrets} kept={connection.secret_keys} problems={visible}
            onSetting={(key, value) => { setTest(null); setSettings({ ...settings, [key]: value }); }}
            onSecret={(key, value) => { setTest(null); setSecrets({ ...secrets, [key]: value }); }}
          />
          {test && <TestResult test={test} vendor={vendor.name} />}
          <Group>
            <Button type="submit" loading={busy === 'save'} disabled={!dirty || busy !== null}>{probed ? 'Test and save' : 'Save'}</Button>
            {!dirty && <Button variant="default" loading={busy === 'test'} onClick={() => void act('test')}>Test as it is</Button>}
            {error && probed && <Button variant="default" loading={busy === 'untested'} onClick={() => void act('untested')}>Save without a passed test</Button>}
            <Button variant="default" onClick={onClose} disabled={busy !== null}>Cancel</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
