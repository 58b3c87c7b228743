// SPDX-License-Identifier: Apache-2.0
// What the practice is called here.
import { Button, Group, Stack } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';

import { api, asApiError } from '../../api/client';
import { keys } from '../../api/keys';
import type { Organization } from '../../api/types';
import { announce } from '../../app/live';
import { FormError, FormField } from '../../components/FormField';
import { ErrorNote, PageLoading } from '../../components/PageStates';
import { Section } from '../../components/Section';
import { UnsavedChangesGuard } from '../../components/UnsavedChangesGuard';
import { useOrg, useRights } from '../parts/data';
import { NotForYou } from '../parts/NotForYou';
import { SettingsFrame } from './Settings';

export default function PracticeName() {
  const org = useOrg();
  const rights = useRights();
  const query = useQuery({ queryKey: keys.organization(org), queryFn: ({ signal }) => api.get<Organization>(`/organizations/${org}`, undefined, signal), enabled: rights.manage });
  if (!rights.manage) return <NotForYou what="Settings" />;
  if (query.isPending) return <PageLoading />;
  return (
    <SettingsFrame tab="Practice" sentence="As its people and the makers of apps see it.">
      {query.data ? <Form key={query.data.name} name={query.data.name} /> : <ErrorNote error={asApiError(query.error)} onRetry={() => void query.refetch()} />}
    </SettingsFrame>
  );
}

function Form({ name: before }: { name: string }) {
  const org = useOrg();
  const client = useQueryClient();
  const [name, setName] = useState(before);
  const save = useMutation({
    mutationFn: () => api.patch(`/organizations/${org}`, { name: name.trim() }),
    onSuccess: async () => {
      announce('The name is saved.');
      // The name stands in the switcher too, which the session knows.
      await Promise.all([client.invalidateQueries({ queryKey: keys.organization(org) }), client.invalidateQueries({ queryKey: keys.session })]);
    },
  });
  const error = save.error ? asApiError(save.error) : null;
  const dirty = name.trim() !== before;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Section title="Name of the practice" framed>
      <UnsavedChangesGuard when={dirty && !save.isPending && !save.isSuccess} what="The new name" />
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          <FormError error={error} fields={['name']} title="It was not saved" />
          <FormField name="name" label="Name" description="What apps have received keeps the name it came with." value={name} onText={setName} error={error} maxLength={100} maw={520} />
          <Group><Button type="submit" loading={save.isPending} disabled={!dirty || name.trim() === ''}>Save the name</Button></Group>
        </Stack>
      </form>
    </Section>
  );
}
