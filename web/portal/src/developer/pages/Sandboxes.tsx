// SPDX-License-Identifier: Apache-2.0
// Sandbox practices: made with one click, each with its own diary page, and with the things that a
// developer wants to happen: a visit, an appointment, a patient, a fault.
import { Anchor, Button, Card, Group, Modal, Radio, Select, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router-dom';

import { api, asApiError } from '../../api/client';
import { keys } from '../../api/keys';
import { asPage } from '../../api/queries';
import type { Page, Vendor } from '../../api/types';
import { announce } from '../../app/live';
import { useLocale } from '../../app/session';
import { ConfirmDialog } from '../../components/ConfirmDialog';
import { EmptyState } from '../../components/EmptyState';
import { FormError } from '../../components/FormField';
import { Icon } from '../../components/icons';
import { PageHeader } from '../../components/PageHeader';
import { ErrorNote } from '../../components/PageStates';
import { StateSentence } from '../../components/StateSentence';
import { TimeAgo } from '../../components/TimeAgo';
import { count } from '../../lib/locale';
import { type DeveloperSandbox, useSandboxes } from '../data';
import { faultBody, faultKinds, faultSentence, type FaultWish, sandboxState } from '../lib/sandbox';

function useVendors() {
  return useQuery({ queryKey: keys.vendors, queryFn: async ({ signal }) => asPage(await api.get<Page<Vendor> | Vendor[]>('/vendors', undefined, signal)).items });
}

function InjectFault({ opened, onClose, inject }: { opened: boolean; onClose: () => void; inject: (body: Record<string, unknown>) => Promise<unknown> }) {
  const [wish, setWish] = useState<FaultWish>({ kind: 'delay', amount: 2000, times: 1 });
  const act = useMutation({ mutationFn: () => inject(faultBody(wish)), onSuccess: onClose });
  const kind = faultKinds.find((k) => k.value === wish.kind);
  return (
    <Modal opened={opened} onClose={onClose} title="Inject a fault">
      <Stack gap="md">
        <FormError error={act.error ? asApiError(act.error) : null} title="No fault was injected" />
        <Select
          label="The practice’s system" data={faultKinds.map(({ value, label }) => ({ value, label }))} value={wish.kind} allowDeselect={false} data-autofocus
          onChange={(value) => { const next = faultKinds.find((k) => k.value === value); if (next) setWish({ ...wish, kind: next.value, amount: next.amount?.initial ?? 0 }); }}
        />
        {kind?.amount && <TextInput label={kind.amount.label} inputMode="numeric" value={wish.amount === 0 ? '' : String(wish.amount)} onChange={(event) => setWish({ ...wish, amount: Number(event.currentTarget.value.replace(/\D/g, '')) })} />}
        <Radio.Group label="How often" value={String(wish.times)} onChange={(value) => setWish({ ...wish, times: Number(value) })}>
          <Stack gap="sm" mt="xs"><Radio value="1" label="Once" /><Radio value="5" label="Five times" /><Radio value="0" label="Until I clear it" /></Stack>
        </Radio.Group>
        <Text c="dimmed" role="status">{faultSentence(wish)}</Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>Cancel</Button>
          <Button onClick={() => act.mutate()} loading={act.isPending}>Inject this fault</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function SandboxCard({ sandbox, vendor }: { sandbox: DeveloperSandbox; vendor: string }) {
  const client = useQueryClient();
  const [faulting, setFaulting] = useState(false);
  const [removing, setRemoving] = useState(false);
  const state = sandboxState(sandbox.state);
  const running = state.tone === 'ok';
  const act = useMutation({
    mutationFn: (body: Record<string, unknown>) => api.post<{ detail?: string }>(`/sandboxes/${sandbox.id}/actions`, body),
    onSuccess: (answer) => announce(answer?.detail ?? 'Done.'),
  });
  const button = (action: string, label: string) => (
    <Button key={action} variant="default" loading={act.isPending && act.variables?.action === action} onClick={() => act.mutate({ action })}>{label}</Button>
  );
  const name = sandbox.name ?? `${vendor} sandbox`;
  return (
    <Card component="article" aria-label={name}>
      <Stack gap="md">
        <Group justify="space-between" align="flex-start" gap="sm">
          <div style={{ minWidth: 0 }}>
            <Title order={2} style={{ overflowWrap: 'anywhere' }}>{name}</Title>
            <Group gap="sm" mt={4}>
              <StateSentence tone={state.tone} cause={sandbox.cause}>{state.word}</StateSentence>
              {sandbox.created_at && <Text c="dimmed">made <TimeAgo at={sandbox.created_at} /></Text>}
            </Group>
          </div>
          {sandbox.page_url && running && (
            <Button component="a" href={sandbox.page_url} target="_blank" rel="noreferrer" rightSection={<Icon name="external" size={16} />}>
              Open its diary<span className="visually-hidden"> in a new tab</span>
            </Button>
          )}
        </Group>
        {running && <Group gap="xs">
          {button('visit', 'Start a visit')}
          {button('appointment', 'Add an appointment')}
          {button('patient', 'Add a patient')}
          <Button variant="default" onClick={() => setFaulting(true)}>Inject a fault</Button>
          {button('clear_faults', 'Clear faults')}
        </Group>}
        {act.error && <ErrorNote error={asApiError(act.error)} title="It did not happen" />}
        {act.isSuccess && <StateSentence tone="ok">{act.data?.detail ?? 'Done.'}</StateSentence>}
        <Group gap="lg">
          {sandbox.connection && sandbox.organization && <Anchor component={Link} to={`/o/${sandbox.organization}/connections/${sandbox.connection}`}>See its connection</Anchor>}
          {running && <Anchor component={Link} to="/developer/explorer?op=GET+%2Ffhir%2FR4%2FPatient">Read its patients</Anchor>}
          <Anchor component="button" type="button" onClick={() => setRemoving(true)}>Remove it</Anchor>
        </Group>
      </Stack>
      <InjectFault opened={faulting} onClose={() => setFaulting(false)} inject={(body) => act.mutateAsync(body)} />
      <ConfirmDialog
        opened={removing} onClose={() => setRemoving(false)} title={`Remove ${name}?`} confirm="Remove the sandbox"
        gone={['The made-up practice and everything in it.', 'Its connection; apps are told that its patients are gone.']}
        onConfirm={async () => { await api.delete(`/sandboxes/${sandbox.id}`); await client.invalidateQueries({ queryKey: keys.sandboxes }); announce('The sandbox was removed.'); }}
      />
    </Card>
  );
}

function Choose({ vendors, make, busy }: { vendors: Vendor[]; make: (vendor: string) => void; busy: string | null }) {
  return (
    <Group gap="xs">
      {vendors.map((v) => <Button key={v.id} variant={vendors.length === 1 ? 'filled' : 'default'} loading={busy === v.id} disabled={busy !== null && busy !== v.id} onClick={() => make(v.id)}>{v.name}</Button>)}
    </Group>
  );
}

export default function Sandboxes() {
  const locale = useLocale();
  const client = useQueryClient();
  const vendors = useVendors();
  const sandboxes = useSandboxes({ refetchInterval: 4_000 });
  const make = useMutation({
    mutationFn: (vendor: string) => api.post<DeveloperSandbox>('/sandboxes', { vendor }),
    onSuccess: async () => {
      announce('A sandbox practice is being made.');
      await client.invalidateQueries({ queryKey: keys.sandboxes });
      await client.invalidateQueries({ queryKey: keys.organizations });
    },
  });
  const all = sandboxes.data ?? [];
  const list = vendors.data ?? [];
  const nameOf = (id: string) => list.find((v) => v.id === id)?.name ?? id;
  const error = sandboxes.error ? asApiError(sandboxes.error) : null;
  const unavailable = error !== null && (error.status === 404 || error.status === 501 || error.code === 'no-sandboxes' || error.code === 'unavailable');
  const choose = vendors.error ? <ErrorNote error={asApiError(vendors.error)} onRetry={() => void vendors.refetch()} /> : <Choose vendors={list} make={(v) => make.mutate(v)} busy={make.isPending ? make.variables : null} />;
  return (
    <>
      <PageHeader
        title="Sandbox practices"
        sentence={sandboxes.data ? (all.length === 0 ? 'Made-up practices to build against: real protocol, invented people.' : `${count(all.length, 'practice', locale)}, made up. Whatever happens there reaches your app as from a real one.`) : undefined}
      />
      {make.error && <ErrorNote error={asApiError(make.error)} title="No sandbox was made" />}
      {sandboxes.isPending && <Stack gap="md" role="status" aria-label="Loading sandbox practices"><Skeleton height={170} /><Skeleton height={170} /></Stack>}
      {unavailable && <EmptyState title="No sandboxes on this server">{error?.message || 'The operator started this server without a sandbox program.'} On your own machine, <code>scripts/demo</code> starts a server that has them.</EmptyState>}
      {error && !unavailable && <ErrorNote error={error} onRetry={() => void sandboxes.refetch()} title="The sandboxes could not be loaded" />}
      {sandboxes.data && all.length === 0 && <EmptyState title="Make your first practice" action={choose}>It gets people, practitioners and a diary, and is connected at once. Which system should it run?</EmptyState>}
      {all.length > 0 && (
        <Stack gap="lg">
          <Stack gap="md">{all.map((s) => <SandboxCard key={s.id} sandbox={s} vendor={nameOf(s.vendor)} />)}</Stack>
          <div><Title order={2} mb="xs">Make another</Title>{choose}</div>
        </Stack>
      )}
    </>
  );
}
