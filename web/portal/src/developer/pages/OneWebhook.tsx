// SPDX-License-Identifier: Apache-2.0
// One webhook: how it does, a test message, its secret, and every delivery with what came of it.
import { Button, Group, Menu, Modal, Radio, Select, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router-dom';

import { api, asApiError } from '../../api/client';
import { keys } from '../../api/keys';
import { useList } from '../../api/queries';
import type { WebhookTest } from '../../api/types';
import { announce } from '../../app/live';
import { useLocale } from '../../app/session';
import { type Column, DataTable } from '../../components/DataTable';
import { ConfirmDialog } from '../../components/ConfirmDialog';
import { CopyOnce } from '../../components/CopyOnce';
import { EmptyState } from '../../components/EmptyState';
import { FormError } from '../../components/FormField';
import { Icon } from '../../components/icons';
import { PageHeader } from '../../components/PageHeader';
import { ErrorNote, PageError, PageLoading } from '../../components/PageStates';
import { Facts, Section } from '../../components/Section';
import { StateSentence } from '../../components/StateSentence';
import { ExactTime, TimeAgo } from '../../components/TimeAgo';
import { useParam } from '../../lib/hooks';
import { DateTimeField } from '../DateTimeField';
import { type DeliveryRow, type DeveloperWebhook, type RotatedSecret, useApps, useWebhooks } from '../data';
import { milliseconds } from '../lib/chart';
import { hostOf } from '../lib/overview';
import { overlaps, overlapSentence } from '../lib/secrets';
import { deliveryFilters, deliveryState, eventsText, sinceInstant, statusText, webhookState } from '../lib/webhooks';
import { WebhookForm } from '../WebhookForm';

const columns: Column<DeliveryRow>[] = [
  { key: 'event', title: 'Event', width: '24%', render: (row) => row.event_type },
  {
    key: 'state', title: 'State', width: '38%',
    render: (row) => {
      const told = deliveryState(row);
      return <StateSentence tone={told.tone} cause={told.cause}>{told.word}</StateSentence>;
    },
  },
  { key: 'answer', title: 'Answer', render: (row) => statusText(row.last_status) || '–', phone: 'hide' },
  { key: 'attempts', title: 'Tries', numeric: true, width: '80px', render: (row) => row.attempts },
  {
    key: 'at', title: 'When', width: '190px',
    render: (row) => (row.delivered_at ? <TimeAgo at={row.delivered_at} /> : row.state === 'failed' ? <TimeAgo at={row.at ?? row.due_at} never="–" /> : <>next try <TimeAgo at={row.due_at} never="soon" /></>),
  },
];

function TestResult({ test }: { test: WebhookTest }) {
  const locale = useLocale();
  const words = [statusText(test.status), test.latency_ms === undefined ? '' : `after ${milliseconds(test.latency_ms, locale)}`].filter(Boolean).join(' ');
  return (
    <div role="status">
      <StateSentence tone={test.ok ? 'ok' : 'failed'} cause={words || undefined}>{test.ok ? 'The test message was taken' : 'The test message was not taken'}</StateSentence>
      {test.detail && <Text c="dimmed" mt={4}>{test.detail}</Text>}
    </div>
  );
}

function NewSecret({ hook, opened, onClose }: { hook: DeveloperWebhook; opened: boolean; onClose: () => void }) {
  const locale = useLocale();
  const [hours, setHours] = useState('24');
  const make = useMutation({
    mutationFn: () => api.post<RotatedSecret>(`/webhooks/${hook.id}/secret`, { overlap_hours: Number(hours) }),
    onSuccess: () => announce('The new signing secret is shown once.'),
  });
  const close = () => {
    onClose();
    make.reset();
  };
  return (
    <Modal opened={opened} onClose={close} title={make.data ? 'Keep the new signing secret' : 'Make a new signing secret'} closeOnClickOutside={!make.data} closeOnEscape={!make.data} withCloseButton={!make.data}>
      {make.data ? (
        <Stack gap="md">
          <CopyOnce label="Signing secret" value={make.data.secret} />
          {make.data.old_valid_until && <Text>Until <ExactTime at={make.data.old_valid_until} /> each message is signed with both secrets.</Text>}
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

function ReplaySince({ hook, opened, onClose, onDone }: { hook: DeveloperWebhook; opened: boolean; onClose: () => void; onDone: () => void }) {
  const locale = useLocale();
  const [choice, setChoice] = useState('hour');
  const [exact, setExact] = useState('');
  const since = sinceInstant(choice, Date.now(), exact);
  const replay = useMutation({
    mutationFn: () => api.post<{ queued?: number }>(`/webhooks/${hook.id}/replay`, { since }),
    onSuccess: (answer) => {
      const n = answer?.queued;
      announce(n === undefined ? 'The messages are sent again.' : `${new Intl.NumberFormat(locale).format(n)} messages are sent again.`);
      onDone();
      onClose();
    },
  });
  return (
    <Modal opened={opened} onClose={onClose} title="Send again since a moment">
      <Stack gap="md">
        <Text>Every message since then is sent again, those that were delivered too. Each keeps its <code>webhook-id</code>, by which your app knows what it has already.</Text>
        <FormError error={replay.error ? asApiError(replay.error) : null} title="Nothing was sent again" />
        <Radio.Group label="Since" value={choice} onChange={setChoice}>
          <Stack gap="sm" mt="xs">
            <Radio value="hour" label="An hour ago" />
            <Radio value="day" label="24 hours ago" />
            <Radio value="week" label="7 days ago" />
            <Radio value="exact" label="A moment that I choose" />
          </Stack>
        </Radio.Group>
        {choice === 'exact' && <DateTimeField label="Moment, in your time zone" value={exact} onText={setExact} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>Cancel</Button>
          <Button onClick={() => replay.mutate()} loading={replay.isPending} disabled={since === null}>Send these again</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

type Dialog = 'edit' | 'secret' | 'replay' | 'off' | 'delete' | null;

export default function OneWebhook() {
  const { webhook: id = '' } = useParams();
  const navigate = useNavigate();
  const client = useQueryClient();
  const apps = useApps();
  const webhooks = useWebhooks(apps.data);
  const [state, setState] = useParam('state');
  const [dialog, setDialog] = useState<Dialog>(null);
  const deliveries = useList<DeliveryRow>(keys.deliveries(id), `/webhooks/${id}/deliveries`, { state }, { refetchInterval: 5_000 });
  const refresh = async () => {
    await Promise.all([client.invalidateQueries({ queryKey: ['apps'] }), client.invalidateQueries({ queryKey: ['webhooks', id] })]);
  };
  const test = useMutation({
    mutationFn: () => api.post<WebhookTest>(`/webhooks/${id}/test`),
    onSuccess: (answer) => {
      announce(answer.ok ? 'The test message was taken.' : 'The test message was not taken.');
      void refresh();
    },
  });
  const error = apps.error ? asApiError(apps.error) : webhooks.error;
  const found = webhooks.rows.find((row) => row.hook.id === id);
  if (error && !found) return <PageError error={error} onRetry={() => { void apps.refetch(); webhooks.retry(); }} />;
  if (!found && (apps.isPending || webhooks.loading)) return <PageLoading />;
  const crumbs = [{ label: 'Webhooks', to: '/developer/webhooks' }];
  if (!found) return <><PageHeader title="Webhook" crumbs={crumbs} /><EmptyState title="This webhook is not there">It was deleted, or it belongs to somebody else.</EmptyState></>;
  const { app, hook } = found;
  const told = webhookState(hook);
  const on = hook.state !== 'disabled';
  const filtered = state !== '';
  return (
    <>
      <PageHeader
        title={hostOf(hook.url)} crumbs={crumbs}
        sentence={<StateSentence size="md" tone={told.tone} cause={told.cause} since={told.since}>{told.word}</StateSentence>}
        action={
          <Group gap="xs">
            <Menu position="bottom-end">
              <Menu.Target><Button variant="default" rightSection={<Icon name="down" size={16} />}>More</Button></Menu.Target>
              <Menu.Dropdown>
                <Menu.Item onClick={() => setDialog('edit')}>Change address and events</Menu.Item>
                <Menu.Item onClick={() => setDialog('secret')}>Make a new signing secret</Menu.Item>
                <Menu.Item onClick={() => setDialog('replay')}>Send again since a moment</Menu.Item>
                {on && <Menu.Item onClick={() => setDialog('off')}>Switch off</Menu.Item>}
                <Menu.Divider />
                <Menu.Item color="var(--pons-failed)" onClick={() => setDialog('delete')}>Delete this webhook</Menu.Item>
              </Menu.Dropdown>
            </Menu>
            {on ? (
              <Button onClick={() => test.mutate()} loading={test.isPending}>Send a test message</Button>
            ) : (
              <Button onClick={() => void api.patch(`/webhooks/${id}`, { state: 'active' }).then(refresh).then(() => announce('The webhook is on again.'))}>Switch on again</Button>
            )}
          </Group>
        }
      />
      {test.data && <Section title="Test message" framed><TestResult test={test.data} /></Section>}
      {test.error && <Section title="Test message"><ErrorNote error={asApiError(test.error)} title="No test message was sent" onRetry={() => test.mutate()} /></Section>}
      <Section title="About it" framed>
        <Facts items={[['Address', hook.url], ['Events', eventsText(hook.events)], ['App', app.name], ['Last delivered', <TimeAgo key="t" at={hook.last_delivered_at} />], ['Waiting', String(hook.pending ?? 0)]]} />
      </Section>
      <Section title="Deliveries" sentence="What was sent, what came back. Tried again for 75 hours where nobody answers.">
        <DataTable
          label="Deliveries" one="delivery" many="deliveries" columns={columns} list={deliveries} rowKey={(row) => String(row.id)} filtered={filtered}
          to={(row) => `/developer/webhooks/${id}/deliveries/${row.id}`}
          filters={<Select aria-label="State" data={deliveryFilters} value={state} onChange={(value) => setState(value ?? '')} allowDeselect={false} w={170} />}
          empty={<EmptyState title="Nothing was sent yet">Deliveries appear here when a record changes that the app may see. Send a test message to try it now.</EmptyState>}
        />
      </Section>
      <Modal opened={dialog === 'edit'} onClose={() => setDialog(null)} title="Change address and events">
        <WebhookForm
          initial={{ app: app.id, url: hook.url, events: hook.events }} confirm="Save" onCancel={() => setDialog(null)}
          submit={async (wish) => { await api.patch(`/webhooks/${id}`, { url: wish.url, events: wish.events }); await refresh(); announce('Saved.'); setDialog(null); }}
        />
      </Modal>
      <NewSecret hook={hook} opened={dialog === 'secret'} onClose={() => setDialog(null)} />
      <ReplaySince hook={hook} opened={dialog === 'replay'} onClose={() => setDialog(null)} onDone={() => void refresh()} />
      <ConfirmDialog
        opened={dialog === 'off'} onClose={() => setDialog(null)} title="Switch this webhook off?" confirm="Switch it off" danger={false} cancel="Leave it on"
        gone={['Nothing more is sent to it until you switch it on again.', 'What changes meanwhile can be sent again afterwards.']}
        onConfirm={async () => { await api.patch(`/webhooks/${id}`, { state: 'disabled' }); await refresh(); announce('The webhook is switched off.'); }}
      />
      <ConfirmDialog
        opened={dialog === 'delete'} onClose={() => setDialog(null)} title={`Delete the webhook to ${hostOf(hook.url)}?`} confirm="Delete the webhook"
        gone={['Nothing more is sent to this address.', 'Its delivery log is gone.', `${hook.pending ?? 0} waiting messages are dropped.`]}
        onConfirm={async () => { await api.delete(`/webhooks/${id}`); await client.invalidateQueries({ queryKey: ['apps'] }); announce('The webhook was deleted.'); navigate('/developer/webhooks'); }}
      />
    </>
  );
}
