// SPDX-License-Identifier: Apache-2.0
// Reach a system another way, or pair it again: the connection stays the same one, and so do its
// patients, its filters and its apps.
import { Button, Group, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router-dom';

import { api, type ApiError, asApiError } from '../../api/client';
import { keys } from '../../api/keys';
import type { Connection, Vendor, VendorWay } from '../../api/types';
import { announce } from '../../app/live';
import { EmptyState } from '../../components/EmptyState';
import { FormError } from '../../components/FormField';
import { PageHeader } from '../../components/PageHeader';
import { PageError, PageLoading } from '../../components/PageStates';
import { Section } from '../../components/Section';
import { useFocusInvalid } from '../../lib/hooks';
import { narrowed, pairs, wayOf } from '../logic/ways';
import { problemsOf, requestOf } from '../logic/wizard';
import { useAt, useConnection, useOrg, useRights, useVendors } from '../parts/data';
import { GuideSteps } from '../parts/Guide';
import { NotForYou } from '../parts/NotForYou';
import { PairForm } from '../parts/PairForm';
import classes from '../parts/practice.module.css';
import { SettingsFields } from '../parts/SettingsFields';

export default function ConnectionWay() {
  const id = useParams().connection ?? '';
  const [params] = useSearchParams();
  const at = useAt();
  const rights = useRights();
  const query = useConnection(id);
  const vendors = useVendors();
  if (!rights.manage) return <NotForYou what="Change the way" />;
  if (query.isPending || vendors.isPending) return <PageLoading />;
  if (!query.data || !vendors.data) return <PageError error={asApiError(query.error ?? vendors.error)} onRetry={() => { void query.refetch(); void vendors.refetch(); }} />;
  const vendor = vendors.data.find((v) => v.id === query.data.vendor);
  const way = vendor?.ways?.choices.find((w) => w.value === params.get('to'));
  if (!vendor || !way?.available) {
    return (
      <>
        <PageHeader title="Change the way" crumbs={[{ label: 'Connections', to: at('/connections') }, { label: query.data.name, to: at(`/connections/${id}`) }]} />
        <EmptyState title="This way is not open here" action={<Button component={Link} to={at(`/connections/${id}`)}>Back to the connection</Button>}>
          {way?.unavailable_text ?? 'Choose a way on the connection’s own page.'}
        </EmptyState>
      </>
    );
  }
  return <Change key={way.value} connection={query.data} whole={vendor} way={way} />;
}

function Change({ connection, whole, way }: { connection: Connection; whole: Vendor; way: VendorWay }) {
  const at = useAt();
  const org = useOrg();
  const navigate = useNavigate();
  const client = useQueryClient();
  const vendor = useMemo(() => narrowed(whole, way), [whole, way]);
  const again = wayOf(whole, connection.settings ?? {})?.value === way.value;
  const [settings, setSettings] = useState<Record<string, string>>(connection.settings ?? {});
  const onSetting = (key: string, value: string) => setSettings((s) => ({ ...s, [key]: value }));
  const home = at(`/connections/${connection.id}`);
  const back = <Button component={Link} to={home} variant="default">Cancel</Button>;
  const send = async (secrets: Record<string, string>) => {
    const draft = { vendor: vendor.id, name: connection.name, timeZone: connection.time_zone, settings, step: 'settings' as const };
    const body = requestOf(vendor, draft, secrets, whole.ways ? { [whole.ways.setting]: way.value } : {});
    await api.patch(`/connections/${connection.id}`, { settings: body.settings, secrets: body.secrets });
    await Promise.all([
      client.invalidateQueries({ queryKey: keys.connection(connection.id) }),
      client.invalidateQueries({ queryKey: keys.orgConnections(org) }),
    ]);
    announce(again ? 'The practice is paired again.' : `${connection.name} is now reached by ${way.label}.`);
    navigate(home);
  };
  return (
    <>
      <PageHeader
        title={again ? `Pair ${connection.name} again` : `Move to ${way.label}`}
        crumbs={[{ label: 'Connections', to: at('/connections') }, { label: connection.name, to: home }]}
        sentence={again ? 'After a move of the practice’s server, or when the pairing was taken back.' : way.text}
      />
      {!again && (
        <Section title="What stays">
          <ul className={classes.plain}>
            <li>Patients, appointments and visits keep their identity; nothing is sent to an app a second time.</li>
            <li>Apps, filters and mappings stay as they are.</li>
            <li>Reading goes on where it stopped. You can move back later.</li>
          </ul>
        </Section>
      )}
      {pairs(whole, way) ? (
        <Section title={again ? 'Pair again' : 'Pair and move'}>
          <PairForm
            vendor={vendor} way={way.value} settings={settings} onSetting={onSetting} problems={{}} extra={() => null} onPair={send}
            button={again ? 'Pair again' : 'Pair and move'} back={back}
          />
        </Section>
      ) : (
        <Section title="Test and move">
          <Enter vendor={vendor} way={way} connection={connection} settings={settings} onSetting={onSetting} onSave={send} back={back} />
        </Section>
      )}
    </>
  );
}

function Enter({ vendor, way, connection, settings, onSetting, onSave, back }: {
  vendor: Vendor; way: VendorWay; connection: Connection; settings: Record<string, string>;
  onSetting: (key: string, value: string) => void; onSave: (secrets: Record<string, string>) => Promise<void>; back: React.ReactNode;
}) {
  const [secrets, setSecrets] = useState<Record<string, string>>({});
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const [form, focusFirst] = useFocusInvalid();
  const given = { ...Object.fromEntries(connection.secret_keys.map((k) => [k, '•'])), ...secrets };
  const problems = problemsOf(vendor, { name: connection.name, timeZone: connection.time_zone, settings }, given, []);
  const visible: Record<string, string> = shown ? { ...problems } : {};
  if (error?.field) visible[error.field] = error.message;
  const save = async () => {
    setShown(true);
    setError(null);
    if (Object.keys(problems).length > 0) return focusFirst();
    setBusy(true);
    try {
      await onSave(secrets);
    } catch (thrown) {
      setError(asApiError(thrown));
      focusFirst();
    } finally {
      setBusy(false);
    }
    return undefined;
  };
  return (
    <div className={classes.withAside}>
      <form ref={form} noValidate onSubmit={(e) => { e.preventDefault(); void save(); }}>
        <Stack gap="md">
          <FormError error={error} fields={vendor.settings.map((s) => s.key)} title="It was not moved" />
          <SettingsFields
            vendor={vendor} settings={settings} secrets={secrets} kept={connection.secret_keys} problems={visible}
            onSetting={onSetting} onSecret={(key, value) => setSecrets({ ...secrets, [key]: value })}
          />
          <Group><Button type="submit" loading={busy}>Test and move</Button>{back}</Group>
          <Text size="sm" c="dimmed">The settings are tried before anything changes; where they do not work, {connection.name} stays as it is.</Text>
        </Stack>
      </form>
      {vendor.guide.steps.length > 0 && (
        <aside className={classes.aside} data-last aria-label="Where to find this">
          <div className={classes.box}>
            <Text size="sm" fw={600} mb="md">Where to find this for {way.label}</Text>
            <GuideSteps steps={vendor.guide.steps} />
          </div>
        </aside>
      )}
    </div>
  );
}
