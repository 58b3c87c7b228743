// SPDX-License-Identifier: Apache-2.0
// All organizations of this Pons. Their patients are not the operator's to see.
import { Button, Group, Modal, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useNavigate } from 'react-router-dom';

import { api, asApiError } from '../../api/client';
import { keys } from '../../api/keys';
import { useList } from '../../api/queries';
import type { OrganizationSummary } from '../../api/types';
import { announce } from '../../app/live';
import { useSpell } from '../../app/session';
import { type Column, DataTable } from '../../components/DataTable';
import { EmptyState } from '../../components/EmptyState';
import { FormError, FormField } from '../../components/FormField';
import { PageHeader } from '../../components/PageHeader';
import { useSearchText } from '../../lib/hooks';

const columns: Column<OrganizationSummary>[] = [
  { key: 'name', title: 'Name', long: true, render: (row) => row.name, sort: (row) => row.name },
  { key: 'connections', title: 'Connections', numeric: true, width: '140px', render: (row) => row.connections ?? '–', sort: (row) => row.connections },
  { key: 'members', title: 'People', numeric: true, width: '120px', render: (row) => row.members ?? '–', sort: (row) => row.members },
];

export default function Organizations() {
  const spell = useSpell();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { text, setText, asked } = useSearchText();
  const list = useList<OrganizationSummary>(keys.organizations, '/organizations', { q: asked });
  const [adding, setAdding] = useState(false);
  const [name, setName] = useState('');
  const add = useMutation({
    mutationFn: () => api.post<OrganizationSummary>('/organizations', { name: name.trim() }),
    onSuccess: async (made) => {
      announce(`${name.trim()} was added.`);
      await client.invalidateQueries({ queryKey: keys.organizations });
      navigate(`/o/${made.id}`);
    },
  });
  const error = add.error ? asApiError(add.error) : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  const button = <Button onClick={() => setAdding(true)}>{spell('Add organization')}</Button>;
  return (
    <>
      <PageHeader title={spell('Organizations')} sentence={spell('Each organization is a practice or a group of practices. Its patients are its own: you do not see them.')} action={list.rows.length > 0 ? button : undefined} />
      <DataTable
        label={spell('Organizations')} one={spell('organization')} columns={columns} list={list} rowKey={(row) => row.id} to={(row) => `/o/${row.id}`}
        search={{ text, setText, placeholder: 'Search by name' }}
        empty={<EmptyState title={spell('No organization yet')} action={button}>Add the first practice, then invite its admin.</EmptyState>}
      />
      <Modal opened={adding} onClose={() => setAdding(false)} title={spell('Add an organization')}>
        <form onSubmit={submit} noValidate>
          <Stack gap="md">
            <FormError error={error} fields={['name']} title="It was not added" />
            <FormField name="name" label="Name" description="As its people call it." value={name} onText={setName} error={error} maxLength={200} required data-autofocus />
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={() => setAdding(false)}>Cancel</Button>
              <Button type="submit" loading={add.isPending} disabled={name.trim() === ''}>{spell('Add organization')}</Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
