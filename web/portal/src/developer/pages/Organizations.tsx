// SPDX-License-Identifier: Apache-2.0
// The organizations that the developer made or may see.
import { Button, Group, Modal, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useNavigate } from 'react-router-dom';

import { api, asApiError } from '../../api/client';
import { keys } from '../../api/keys';
import { listOf } from '../../api/queries';
import type { OrganizationSummary } from '../../api/types';
import { announce } from '../../app/live';
import { useLocale, useSpell } from '../../app/session';
import { type Column, DataTable } from '../../components/DataTable';
import { EmptyState } from '../../components/EmptyState';
import { FormError, FormField } from '../../components/FormField';
import { PageHeader } from '../../components/PageHeader';
import { useSearchText } from '../../lib/hooks';
import { count } from '../../lib/locale';
import { search } from '../../lib/search';
import { useOrganizations } from '../data';

const columns: Column<OrganizationSummary>[] = [
  { key: 'name', title: 'Name', long: true, render: (row) => row.name, sort: (row) => row.name },
  { key: 'connections', title: 'Connections', numeric: true, width: '140px', render: (row) => row.connections ?? '–', sort: (row) => row.connections },
  { key: 'members', title: 'People', numeric: true, width: '120px', render: (row) => row.members ?? '–', sort: (row) => row.members },
];

function AddOrganization({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const spell = useSpell();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const add = useMutation({
    mutationFn: () => api.post<OrganizationSummary>('/organizations', { name: name.trim() }),
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: keys.organizations });
      announce(`${name} was added.`);
      onClose();
      navigate(`/developer/connections/new?organization=${encodeURIComponent(made.id)}`);
    },
  });
  const error = add.error ? asApiError(add.error) : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <Modal opened={opened} onClose={onClose} title={spell('Add an organization')}>
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          <FormError error={error} fields={['name']} title="It was not added" />
          <FormField
            name="name" label="Name" description="The practice or group of practices, as its people call it." value={name} onText={setName}
            error={error} maxLength={200} required data-autofocus
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>Cancel</Button>
            <Button type="submit" loading={add.isPending} disabled={name.trim() === ''}>{spell('Add organization')}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

export default function Organizations() {
  const locale = useLocale();
  const spell = useSpell();
  const organizations = useOrganizations();
  const { text, setText } = useSearchText();
  const [adding, setAdding] = useState(false);
  const all = organizations.data ?? [];
  const add = <Button onClick={() => setAdding(true)}>{spell('Add organization')}</Button>;
  return (
    <>
      <PageHeader
        title={spell('Organizations')}
        sentence={organizations.data ? spell(`You work with ${count(all.length, 'organization', locale)}.`) : undefined}
        action={all.length > 0 ? add : undefined}
      />
      <DataTable
        label={spell('Organizations')} one={spell('organization')} columns={columns} rowKey={(row) => row.id}
        list={listOf(search(all, text, (row) => row.name), {
          loading: organizations.isPending, error: organizations.error ? asApiError(organizations.error) : null, retry: () => void organizations.refetch(),
        })}
        to={(row) => `/developer/connections?organization=${encodeURIComponent(row.id)}`}
        search={{ text, setText, placeholder: 'Search by name' }}
        empty={<EmptyState title={spell('No organization yet')} action={add}>{spell('An organization is a practice or a group of practices. Add one to submit its system’s address and credentials.')}</EmptyState>}
      />
      <AddOrganization opened={adding} onClose={() => setAdding(false)} />
    </>
  );
}
