// SPDX-License-Identifier: Apache-2.0
// One app: an example that works, its secrets with rotation, who shares with it, and its end.
import { Anchor, Button, Group, Modal, Radio, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router-dom';

import { api, asApiError } from '../../api/client';
import { keys } from '../../api/keys';
import { listOf } from '../../api/queries';
import type { AppSecret, SecretMade } from '../../api/types';
import { announce } from '../../app/live';
import { useLocale, useSpell } from '../../app/session';
import { CodeBlock } from '../../components/CodeBlock';
import { ConfirmDialog } from '../../components/ConfirmDialog';
import { CopyOnce } from '../../components/CopyOnce';
import { type Column, DataTable } from '../../components/DataTable';
import { EmptyState } from '../../components/EmptyState';
import { FormError } from '../../components/FormField';
import { PageHeader } from '../../components/PageHeader';
import { PageError, PageLoading } from '../../components/PageStates';
import { Facts, Section } from '../../components/Section';
import { StateSentence } from '../../components/StateSentence';
import { ExactTime, TimeAgo } from '../../components/TimeAgo';
import { type DeveloperApp, useApp } from '../data';
import { firstPatient } from '../lib/curl';
import { Places } from '../Places';
import { isCurrent, overlaps, overlapSentence, secretName, secretsSentence, secretState } from '../lib/secrets';

function Rotate({ app, opened, onClose }: { app: DeveloperApp; opened: boolean; onClose: () => void }) {
  const locale = useLocale();
  const client = useQueryClient();
  const [hours, setHours] = useState('24');
  const make = useMutation({
    mutationFn: () => api.post<SecretMade>(`/apps/${app.id}/secrets`, { overlap_hours: Number(hours) }),
    onSuccess: async () => {
      announce('The new secret is shown once.');
      await client.invalidateQueries({ queryKey: keys.app(app.id) });
    },
  });
  const made = make.data;
  const close = () => {
    onClose();
    make.reset();
  };
  return (
    <Modal
      opened={opened} onClose={close} title={made ? `Keep the new secret of ${app.name}` : `Make a new secret for ${app.name}`}
      closeOnClickOutside={!made} closeOnEscape={!made} withCloseButton={!made}
    >
      {made ? (
        <Stack gap="md">
          <CopyOnce label="Client secret" value={made.client_secret} />
          {made.old_valid_until && <Text>The old one is valid until <ExactTime at={made.old_valid_until} />.</Text>}
          <Group justify="flex-end"><Button onClick={close}>I have kept the secret</Button></Group>
        </Stack>
      ) : (
        <Stack gap="md">
          <FormError error={make.error ? asApiError(make.error) : null} title="No secret was made" />
          <Radio.Group label="The secret in use now" value={hours} onChange={setHours}>
            <Stack gap="sm" mt="xs">{overlaps.map((o) => <Radio key={o.value} value={o.value} label={o.label} />)}</Stack>
          </Radio.Group>
          <Text c="dimmed" role="status">{overlapSentence(Number(hours), locale)}</Text>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>Cancel</Button>
            <Button onClick={() => make.mutate()} loading={make.isPending}>Make new secret</Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}

export default function OneApp() {
  const { app: id = '' } = useParams();
  const locale = useLocale();
  const spell = useSpell();
  const navigate = useNavigate();
  const client = useQueryClient();
  const query = useApp(id);
  const [rotating, setRotating] = useState(false);
  const [ending, setEnding] = useState<AppSecret | null>(null);
  const [deleting, setDeleting] = useState(false);
  if (query.isPending) return <PageLoading />;
  if (query.error) return <PageError error={asApiError(query.error)} onRetry={() => void query.refetch()} />;
  const app = query.data;
  const now = Date.now();
  const secrets = app.secrets ?? [];
  const valid = secrets.filter((s) => secretState(s, now).word !== 'Ended');
  const columns: Column<AppSecret>[] = [
    { key: 'n', title: 'Secret', width: '140px', render: (row) => secretName(row, secrets) },
    {
      key: 'state', title: 'State',
      render: (row) => {
        const state = secretState(row, now);
        return <StateSentence tone={state.tone}>{state.word}{state.ends && <> <TimeAgo at={state.ends} /></>}</StateSentence>;
      },
    },
    { key: 'made', title: 'Made', render: (row) => <TimeAgo at={row.created_at} /> },
    ...(secrets.some((s) => s.last_used_at !== undefined) ? [{ key: 'used', title: 'Last used', render: (row: AppSecret) => <TimeAgo at={row.last_used_at} /> }] : []),
    {
      key: 'end', title: 'Action', width: '120px',
      render: (row) => (secretState(row, now).word === 'Ended' || isCurrent(row, secrets) ? null : <Button size="compact-sm" variant="default" onClick={() => setEnding(row)}>End it<span className="visually-hidden"> ({secretName(row, secrets)} secret)</span></Button>),
    },
  ];
  const grants = app.grants ?? [];
  return (
    <>
      <PageHeader
        title={app.name} crumbs={[{ label: 'Apps and API keys', to: '/developer/keys' }]}
        sentence={secretsSentence(secrets, now, locale)}
        action={<Button onClick={() => setRotating(true)}>Make a new secret</Button>}
      />
      <Section title="Try it" sentence="Paste this into a terminal. It asks for the secret, gets a token, and reads one patient.">
        <Stack gap="md">
          <CopyOnce label="Client id" value={app.client_id} plain />
          <CodeBlock label="Example with curl" code={firstPatient(window.location.origin, app.client_id)} />
          <Group gap="lg">
            <Anchor component={Link} to={`/developer/explorer?app=${app.id}`}>Try each operation in the explorer</Anchor>
            <Anchor component={Link} to={`/developer/usage?app=${app.id}`}>See its usage and latency</Anchor>
            <Anchor component={Link} to={`/developer/webhooks?app=${app.id}`}>See its webhooks</Anchor>
          </Group>
        </Stack>
      </Section>
      <Section title="Secrets" sentence="A new one can be made while the old one still works, so that nothing stops.">
        <DataTable label="Secrets" one="secret" columns={columns} list={listOf(secrets)} rowKey={(row) => String(row.n)} hideCount empty={<EmptyState title="No secret">The app signs in with keys of its own, or cannot sign in at all.</EmptyState>} />
      </Section>
      <Places app={app.id} />
      <Section title="Who shares with this app" sentence="Each practice decides, and can stop at any time.">
        {grants.length === 0 ? (
          <EmptyState title="Nobody yet">{spell('A practice’s admin adds this app to a connection, under Apps. An organization that you made yourself can be added in the same place.')}</EmptyState>
        ) : (
          <Facts items={grants.map((g) => [spell(g.organization.name), g.connection.name])} />
        )}
      </Section>
      <Section title="Delete this app">
        <Button variant="default" c="var(--pons-failed)" onClick={() => setDeleting(true)}>Delete {app.name.length > 40 ? 'this app' : app.name}</Button>
      </Section>
      <Rotate app={app} opened={rotating} onClose={() => setRotating(false)} />
      <ConfirmDialog
        opened={ending !== null} onClose={() => setEnding(null)} title={`End this secret of ${app.name}?`} confirm="End this secret"
        gone={['Whatever signs in with this secret gets no token from now on.', ...(valid.length <= 1 ? ['It is the last valid one: the app can then do nothing until you make a new secret.'] : [])]}
        onConfirm={async () => {
          await api.delete(`/apps/${app.id}/secrets/${ending?.n}`);
          announce('The secret was ended.');
          await client.invalidateQueries({ queryKey: keys.app(app.id) });
        }}
      />
      <ConfirmDialog
        opened={deleting} onClose={() => setDeleting(false)} title={`Delete ${app.name}?`} confirm="Delete the app" typed={app.name.trim()}
        gone={['Its secrets and tokens stop working at once.', 'Its webhooks are removed; nothing more is sent to them.', spell('Practices stop sharing with it. What it has already put into practices’ records stays there.')]}
        onConfirm={async () => {
          await api.delete(`/apps/${app.id}`);
          announce(`${app.name} was deleted.`);
          await client.invalidateQueries({ queryKey: keys.apps });
          navigate('/developer/keys');
        }}
      />
    </>
  );
}
