// SPDX-License-Identifier: Apache-2.0
// Submits the address and credentials of a practice's system. They are tried at once, and only what
// works is kept; what was refused is said in words.
import { Anchor, Button, Group, List, Select, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useMemo, useState } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router-dom';

import { api, ApiError, asApiError } from '../../api/client';
import { keys } from '../../api/keys';
import { asPage } from '../../api/queries';
import type { ConnectionRequest, ConnectionSummary, ConnectionTest, Page, Vendor } from '../../api/types';
import { announce } from '../../app/live';
import { useSpell } from '../../app/session';
import { FormError, FormField } from '../../components/FormField';
import { PageHeader } from '../../components/PageHeader';
import { ErrorNote, PageLoading } from '../../components/PageStates';
import { Section } from '../../components/Section';
import { StateSentence } from '../../components/StateSentence';
import { useDraft } from '../../lib/hooks';
import { firstWay, hasWays, narrowed, pairs } from '../../practice/logic/ways';
import { SettingsFields } from '../../practice/parts/SettingsFields';
import { WayCards } from '../../practice/parts/WayCards';
import { useOrganizations } from '../data';
import { missing, split, testSentence } from '../lib/connections';
import classes from './NewConnection.module.css';

interface Draft {
  organization: string;
  vendor: string;
  name: string;
  zone: string;
  values: Record<string, string>;
}

/** All zones, and the one that is chosen even where the browser lists it under another name. */
function zones(chosen: string): string[] {
  const known = typeof Intl.supportedValuesOf === 'function' ? Intl.supportedValuesOf('timeZone') : ['Australia/Sydney', 'America/New_York'];
  return [...new Set([...known, 'UTC', chosen])].filter(Boolean).sort();
}

export default function NewConnection() {
  const spell = useSpell();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const organizations = useOrganizations();
  const vendors = useQuery({
    queryKey: keys.vendors,
    queryFn: async ({ signal }) => asPage(await api.get<Page<Vendor> | Vendor[]>('/vendors', undefined, signal)).items,
  });
  const [draft, change, forget] = useDraft<Draft>('developer.connection', {
    organization: '', vendor: '', name: '', zone: Intl.DateTimeFormat().resolvedOptions().timeZone, values: {},
  });
  const [secrets, setSecrets] = useState<Record<string, string>>({});
  const [faults, setFaults] = useState<Record<string, string>>({});
  const allZones = useMemo(() => zones(draft.zone), [draft.zone]);
  const organization = draft.organization || params.get('organization') || '';
  const whole = vendors.data?.find((v) => v.id === draft.vendor);
  const way = whole ? firstWay(whole, draft.values) : null;
  const vendor = whole && narrowed(whole, way);
  const pairing = whole !== undefined && pairs(whole, way);
  const fixed: Record<string, string> = whole?.ways && way ? { [whole.ways.setting]: way.value } : {};
  const values = { ...draft.values, ...secrets };

  const submit = useMutation({
    mutationFn: async (): Promise<{ test: ConnectionTest | null; made: ConnectionSummary | null }> => {
      const { settings, secrets: secret } = split(vendor!, values);
      const body: ConnectionRequest = { vendor: draft.vendor, name: draft.name.trim() || vendor!.name, time_zone: draft.zone, settings: { ...settings, ...fixed }, secrets: secret };
      // A pairing code is used up by trying it: what pairs is tried by saving.
      if (pairing) return { test: null, made: await api.post<ConnectionSummary>(`/organizations/${organization}/connections`, body) };
      const test = await api.post<ConnectionTest>(`/organizations/${organization}/connections/test`, body);
      if (!test.ok) return { test, made: null };
      return { test, made: await api.post<ConnectionSummary>(`/organizations/${organization}/connections`, body) };
    },
    onSuccess: async ({ test, made }) => {
      announce(made || !test ? 'The connection works and was added.' : testSentence(test));
      if (!made) return;
      forget();
      await client.invalidateQueries({ queryKey: keys.organization(organization) });
      navigate(`/developer/connections?organization=${encodeURIComponent(organization)}`);
    },
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    const found = missing(vendor, organization, values);
    setFaults(found);
    if (Object.keys(found).length === 0) submit.mutate();
    else document.querySelector<HTMLElement>(`[name="${Object.keys(found)[0]}"]`)?.focus();
  };
  const crumbs = [{ label: 'Connections', to: '/developer/connections' }];
  const title = 'Submit a connection';
  const failed = organizations.error ?? vendors.error;
  if (failed) return <><PageHeader title={title} crumbs={crumbs} /><ErrorNote error={asApiError(failed)} onRetry={() => { void organizations.refetch(); void vendors.refetch(); }} /></>;
  if (!organizations.data || !vendors.data) return <PageLoading />;
  const error = submit.error ? asApiError(submit.error) : null;
  const refused = submit.data?.test && !submit.data.test.ok ? submit.data.test : null;
  return (
    <>
      <PageHeader title={title} crumbs={crumbs} sentence="The address and credentials of a practice’s system. They are tried at once; nothing is kept that does not work." />
      <form onSubmit={send} noValidate>
        <Stack gap={0} maw={640}>
          <Section title="Whose, and which system" framed>
            <Stack gap="md">
              <Select
                label={spell('Organization')} name="organization" required searchable data={organizations.data.map((o) => ({ value: o.id, label: o.name }))}
                value={organization || null} onChange={(value) => change({ organization: value ?? '' })} error={faults.organization}
                description={organizations.data.length === 0 ? <>There is none yet. <Anchor component={Link} to="/developer/organizations" size="sm" underline="always">{spell('Add an organization')}</Anchor> first.</> : undefined}
              />
              <Select
                label="System" name="vendor" required searchable data={vendors.data.map((v) => ({ value: v.id, label: `${v.name}${v.region ? ` (${v.region})` : ''}` }))}
                value={draft.vendor || null} onChange={(value) => { change({ vendor: value ?? '', values: {} }); setSecrets({}); submit.reset(); }} error={faults.vendor}
                description="The practice management system."
              />
              {vendor?.standing === 'draft' && (
                <StateSentence tone="attention">This system’s interface is partly inferred. Try it with a sandbox before a practice relies on it.</StateSentence>
              )}
              <FormField name="name" label="Name" description="What to call this connection; the system’s name if left out." value={draft.name} onText={(name) => change({ name })} error={error} maxLength={200} />
              <Select
                label="Time zone of the practice" searchable required data={allZones} value={draft.zone} onChange={(zone) => change({ zone: zone ?? draft.zone })}
                description="Appointment times are read in this zone." nothingFoundMessage="No such zone" limit={50}
              />
            </Stack>
          </Section>
          {vendor && (
            <Section title="Address and credentials" framed>
              <Stack gap="md">
                {vendor.guide.before.length > 0 && (
                  <div>
                    <Text fw={600} mb={4}>What the practice does first</Text>
                    <List spacing={4}>{vendor.guide.before.map((line) => <List.Item key={line}>{line}</List.Item>)}</List>
                  </div>
                )}
                {whole && hasWays(whole) && <WayCards vendor={whole} value={way?.value ?? ''} onChange={(value) => change({ values: { ...draft.values, [whole.ways?.setting ?? '']: value } })} />}
                <SettingsFields
                  vendor={vendor} settings={draft.values} secrets={secrets} problems={{ ...faults, ...(error?.field ? { [error.field]: error.message } : {}) }}
                  onSetting={(key, value) => change({ values: { ...draft.values, [key]: value } })}
                  onSecret={(key, value) => setSecrets((known) => ({ ...known, [key]: value }))}
                />
              </Stack>
            </Section>
          )}
          {refused && (
            <div className={classes.refused}><ErrorNote
              title="The system did not let us in. Nothing was saved."
              error={new ApiError({ status: 422, title: '', detail: testSentence(refused), code: refused.fault })}
            /></div>
          )}
          <FormError error={error} fields={['name', ...(vendor?.settings.map((s) => s.key) ?? [])]} title="The connection was not added" />
          <Group gap="xs" mt="xl">
            <Button type="submit" loading={submit.isPending}>{pairing ? 'Pair and add it' : 'Try it and add it'}</Button>
            <Button component={Link} to="/developer/connections" variant="default">Cancel</Button>
          </Group>
        </Stack>
      </form>
    </>
  );
}
