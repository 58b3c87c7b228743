// SPDX-License-Identifier: Apache-2.0
// The developer's apps: each has a client id and secrets.
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useNavigate } from 'react-router-dom';

import { api, asApiError } from '../../api/client';
import { keys } from '../../api/keys';
import { listOf } from '../../api/queries';
import type { AppMade } from '../../api/types';
import { announce } from '../../app/live';
import { useLocale } from '../../app/session';
import { CodeBlock } from '../../components/CodeBlock';
import { CopyOnce } from '../../components/CopyOnce';
import { type Column, DataTable } from '../../components/DataTable';
import { EmptyState } from '../../components/EmptyState';
import { FormError, FormField } from '../../components/FormField';
import { PageHeader } from '../../components/PageHeader';
import { StateSentence } from '../../components/StateSentence';
import { TimeAgo } from '../../components/TimeAgo';
import { useSearchText } from '../../lib/hooks';
import { count } from '../../lib/locale';
import { search } from '../../lib/search';
import { type DeveloperApp, useApps } from '../data';
import { firstPatient } from '../lib/curl';

const columns: Column<DeveloperApp>[] = [
  { key: 'name', title: 'App', long: true, render: (row) => row.name, sort: (row) => row.name },
  { key: 'client', title: 'Client id', render: (row) => <code>{row.client_id}</code> },
  {
    key: 'state', title: 'State', width: '160px', sort: (row) => (row.disabled ? 1 : 0),
    render: (row) => <StateSentence tone={row.disabled ? 'off' : 'ok'}>{row.disabled ? 'Switched off' : 'On'}</StateSentence>,
  },
  { key: 'made', title: 'Made', width: '150px', render: (row) => <TimeAgo at={row.created_at} never="–" />, sort: (row) => row.created_at },
];

function MakeApp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const make = useMutation({
    mutationFn: () => api.post<AppMade>('/apps', { name: name.trim() }),
    onSuccess: async () => {
      announce(`${name} was made. Its secret is shown once.`);
      await client.invalidateQueries({ queryKey: keys.apps });
    },
  });
  const made = make.data;
  const error = make.error ? asApiError(make.error) : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  const done = () => {
    onClose();
    if (made) navigate(`/developer/keys/${made.id}`);
    make.reset();
    setName('');
  };
  return (
    <Modal
      opened={opened} onClose={made ? done : onClose} title={made ? `Keep the secret of ${name.trim()}` : 'Make an app'} size={made ? 'lg' : 'md'}
      closeOnClickOutside={!made} closeOnEscape={!made} withCloseButton={!made}
    >
      {made ? (
        <Stack gap="md">
          <CopyOnce label="Client id" value={made.client_id} plain />
          <CopyOnce label="Client secret" value={made.client_secret} />
          <div>
            <Text fw={600} mb={4}>Try it: your first patient, in a terminal</Text>
            <CodeBlock label="Example with curl" code={firstPatient(window.location.origin, made.client_id, made.client_secret)} />
          </div>
          <Group justify="flex-end"><Button onClick={done}>I have kept the secret</Button></Group>
        </Stack>
      ) : (
        <form onSubmit={submit} noValidate>
          <Stack gap="md">
            <FormError error={error} fields={['name']} title="The app was not made" />
            <FormField name="name" label="Name" description="Practices see this name when they decide what to share." value={name} onText={setName} error={error} maxLength={200} required data-autofocus />
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={onClose}>Cancel</Button>
              <Button type="submit" loading={make.isPending} disabled={name.trim() === ''}>Make app</Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}

export default function Apps() {
  const locale = useLocale();
  const apps = useApps();
  const { text, setText } = useSearchText();
  const [making, setMaking] = useState(false);
  const all = apps.data ?? [];
  const make = <Button onClick={() => setMaking(true)}>Make an app</Button>;
  return (
    <>
      <PageHeader
        title="Apps and API keys"
        sentence={apps.data ? `You have ${count(all.length, 'app', locale)}. Each has a client id and its own secrets.` : undefined}
        action={all.length > 0 ? make : undefined}
      />
      <DataTable
        label="Apps" one="app" columns={columns} rowKey={(row) => row.id} to={(row) => `/developer/keys/${row.id}`}
        list={listOf(search(all, text, (row) => `${row.name} ${row.client_id}`), { loading: apps.isPending, error: apps.error ? asApiError(apps.error) : null, retry: () => void apps.refetch() })}
        search={{ text, setText, placeholder: 'Search by name or client id' }}
        empty={<EmptyState title="No app yet" action={make}>An app is a program that uses the API. Make one to get a client id and a secret; practices then decide what to share with it.</EmptyState>}
      />
      <MakeApp opened={making} onClose={() => setMaking(false)} />
    </>
  );
}
