// SPDX-License-Identifier: Apache-2.0
import { Anchor, Button, Checkbox, Skeleton, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'react-router-dom';

import { api, asApiError } from '../api/client';
import { keys } from '../api/keys';
import { listOf, useNotifications } from '../api/queries';
import type { Notification, NotificationSettings, Page } from '../api/types';
import { DataTable } from '../components/DataTable';
import { EmptyState } from '../components/EmptyState';
import { PageHeader } from '../components/PageHeader';
import { ErrorNote } from '../components/PageStates';
import { Section } from '../components/Section';
import { StateSentence } from '../components/StateSentence';
import { TimeAgo } from '../components/TimeAgo';
import { AccountTabs } from './Account';

export function NotificationsPage() {
  const query = useNotifications();
  const client = useQueryClient();
  const items = query.data?.items ?? [];
  const unread = items.filter((n) => !n.read).length;
  const read = useMutation({
    mutationFn: (id: string) => api.post(`/notifications/${id}/read`),
    onMutate: (id) => {
      client.setQueryData<Page<Notification>>(keys.notifications, (before) =>
        before && { ...before, items: before.items.map((n) => (n.id === id ? { ...n, read: true } : n)) });
    },
  });
  return (
    <>
      <PageHeader title="Notifications" sentence={!query.data ? '\u00a0' : unread === 0 ? 'Nothing waits for you.' : unread === 1 ? 'One is new.' : `${unread} are new.`} />
      <AccountTabs />
      <DataTable
        label="Notifications" one="notification" hideCount rowKey={(n) => n.id}
        list={listOf(items, { loading: query.isPending, error: query.error ? asApiError(query.error) : null, retry: () => void query.refetch() })}
        empty={<EmptyState title="Nothing was noticed">When a system refuses our password, an agent goes offline or a practitioner is new, it is said here.</EmptyState>}
        columns={[
          { key: 'text', title: 'What', long: true, render: (n) => (<>{n.link ? <Anchor component={Link} to={n.link.replace(/^\/portal/, '')} onClick={() => read.mutate(n.id)} c="inherit">{n.title ?? n.text}</Anchor> : n.title ?? n.text}{n.title && <Text size="sm" c="dimmed">{n.text}</Text>}</>) },
          { key: 'state', title: 'State', width: '120px', render: (n) => (n.read ? <StateSentence tone="off">Read</StateSentence> : <StateSentence tone="attention">New</StateSentence>) },
          { key: 'at', title: 'When', width: '150px', render: (n) => <TimeAgo at={n.at} /> },
          { key: 'act', title: 'Action', width: '140px', phone: 'bare', render: (n) => (n.read ? null : <Button size="compact-sm" variant="default" onClick={() => read.mutate(n.id)}>Mark as read</Button>) },
        ]}
      />
      <ByMail />
    </>
  );
}

function ByMail() {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: keys.notificationSettings,
    queryFn: ({ signal }) => api.get<NotificationSettings>('/account/notifications', undefined, signal),
  });
  const save = useMutation({
    mutationFn: (email: Record<string, boolean>) => api.patch('/account/notifications', { email }),
    onMutate: (email) => {
      const before = client.getQueryData<NotificationSettings>(keys.notificationSettings);
      client.setQueryData<NotificationSettings>(keys.notificationSettings, (s) => s && { ...s, email: { ...s.email, ...email } });
      return before;
    },
    onError: (_error, _email, before) => client.setQueryData(keys.notificationSettings, before),
  });
  return (
    <Section title="By e-mail" sentence="Mails name the practice and the next step, never a patient." framed>
      <Stack gap="sm">
        {query.error && <ErrorNote error={asApiError(query.error)} onRetry={() => void query.refetch()} />}
        {save.error && <ErrorNote error={asApiError(save.error)} title="It was not saved" />}
        {query.isPending && [1, 2, 3, 4].map((n) => <Skeleton key={n} height={20} width={`${70 - n * 8}%`} />)}
        {Object.entries(query.data?.email ?? {}).map(([kind, on]) => (
          <Checkbox key={kind} label={query.data?.kinds?.find((k) => k.kind === kind)?.text ?? kind} checked={on} onChange={(e) => save.mutate({ [kind]: e.currentTarget.checked })} />
        ))}
      </Stack>
    </Section>
  );
}
