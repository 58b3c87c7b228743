// SPDX-License-Identifier: Apache-2.0
// The webhooks of all apps, what fails first.
import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router-dom';

import { api, asApiError } from '../../api/client';
import { keys } from '../../api/keys';
import { listOf } from '../../api/queries';
import { announce } from '../../app/live';
import { useLocale } from '../../app/session';
import { CopyOnce } from '../../components/CopyOnce';
import { type Column, DataTable } from '../../components/DataTable';
import { EmptyState } from '../../components/EmptyState';
import { PageHeader } from '../../components/PageHeader';
import { StateSentence } from '../../components/StateSentence';
import { TimeAgo } from '../../components/TimeAgo';
import { useParam, useSearchText } from '../../lib/hooks';
import { search } from '../../lib/search';
import { type DeveloperApp, type DeveloperWebhook, useApps, useWebhooks } from '../data';
import { eventsText, webhooksSentence, webhookState } from '../lib/webhooks';
import { WebhookForm, type WebhookWish } from '../WebhookForm';

interface Row {
  app: DeveloperApp;
  hook: DeveloperWebhook;
}

export default function Webhooks() {
  const locale = useLocale();
  const client = useQueryClient();
  const navigate = useNavigate();
  const apps = useApps();
  const webhooks = useWebhooks(apps.data);
  const { text, setText } = useSearchText();
  const [app, setApp] = useParam('app');
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<{ id: string; secret?: string } | null>(null);
  const error = apps.error ? asApiError(apps.error) : webhooks.error;
  const here = webhooks.rows.filter((row) => !app || row.app.id === app);
  const columns: Column<Row>[] = [
    { key: 'url', title: 'Address', long: true, width: '25%', render: ({ hook }) => <span style={{ overflowWrap: 'anywhere' }}>{hook.url}</span>, sort: ({ hook }) => hook.url },
    {
      key: 'state', title: 'State', width: '24%', sort: ({ hook }) => webhookState(hook).word,
      render: ({ hook }) => { const told = webhookState(hook); return <StateSentence tone={told.tone} cause={told.cause} since={told.since}>{told.word}</StateSentence>; },
    },
    { key: 'events', title: 'Events', width: '19%', render: ({ hook }) => eventsText(hook.events) },
    { key: 'app', title: 'App', render: (row) => row.app.name, sort: (row) => row.app.name },
    { key: 'last', title: 'Last delivered', width: '150px', render: ({ hook }) => <TimeAgo at={hook.last_delivered_at} />, sort: ({ hook }) => hook.last_delivered_at },
  ];
  const none = apps.data?.length === 0;
  const add = none ? <Button component={Link} to="/developer/keys">Make an app first</Button> : <Button onClick={() => setAdding(true)} disabled={!apps.data}>Add a webhook</Button>;
  const create = async (wish: WebhookWish) => {
    const answer = await api.post<DeveloperWebhook & { secret?: string }>(`/apps/${wish.app}/webhooks`, { url: wish.url, events: wish.events });
    announce('The webhook was added.');
    await client.invalidateQueries({ queryKey: keys.webhooks(wish.app) });
    setMade({ id: answer.id, secret: answer.secret });
  };
  const close = () => {
    setAdding(false);
    if (made) navigate(`/developer/webhooks/${made.id}`);
    setMade(null);
  };
  return (
    <>
      <PageHeader title="Webhooks" sentence={webhooks.loading || error ? undefined : webhooksSentence(webhooks.rows.map((row) => row.hook), locale)} action={webhooks.rows.length > 0 ? add : undefined} />
      <DataTable
        label="Webhooks" one="webhook" columns={columns} rowKey={({ hook }) => hook.id} to={({ hook }) => `/developer/webhooks/${hook.id}`}
        list={listOf(search(here, text, (row) => `${row.hook.url} ${row.app.name} ${row.hook.events.join(' ')}`), {
          loading: !error && (apps.isPending || webhooks.loading), error, retry: () => { void apps.refetch(); webhooks.retry(); },
        })}
        search={{ text, setText, placeholder: 'Search by address' }} filtered={app !== ''}
        filters={(apps.data?.length ?? 0) > 1 ? (
          <Select aria-label="App" placeholder="All apps" clearable searchable w={200} value={app || null} onChange={(value) => setApp(value ?? '')} data={(apps.data ?? []).map((a) => ({ value: a.id, label: a.name }))} clearButtonProps={{ 'aria-label': 'All apps' }} />
        ) : undefined}
        empty={<EmptyState title="No webhook yet" action={add}>A webhook tells your app within a second that something changed: a visit started, an appointment moved, a report arrived. Each message is signed, retried for three days, and logged here.</EmptyState>}
      />
      <Modal opened={adding} onClose={close} title={made ? 'Keep the signing secret' : 'Add a webhook'} closeOnClickOutside={!made} closeOnEscape={!made} withCloseButton={!made}>
        {made ? (
          <Stack gap="md">
            {made.secret && <CopyOnce label="Signing secret" value={made.secret}>This is shown once. Your app checks each message’s signature with it. If it is lost, make a new one on the webhook’s page.</CopyOnce>}
            <Text>Next: send a test message, and see what your app answers.</Text>
            <Group justify="flex-end"><Button onClick={close}>Go to the webhook</Button></Group>
          </Stack>
        ) : (
          <WebhookForm apps={apps.data ?? []} initial={{ app: app || apps.data?.[0]?.id || '', url: '', events: [] }} confirm="Add webhook" submit={create} onCancel={close} />
        )}
      </Modal>
    </>
  );
}
