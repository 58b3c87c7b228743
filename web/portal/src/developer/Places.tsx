// SPDX-License-Identifier: Apache-2.0
// The places that an app works at: what a practice chooses from when it says where its patients
// arrive. The list is saved as a whole.
import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';

import { api, asApiError } from '../api/client';
import { keys } from '../api/keys';
import { asPage } from '../api/queries';
import type { AppLocation, Id, Page } from '../api/types';
import { announce } from '../app/live';
import { FormError } from '../components/FormField';
import { ErrorNote } from '../components/PageStates';
import { Section } from '../components/Section';
import classes from './Places.module.css';
import { placesFault } from './lib/places';

export function Places({ app }: { app: Id }) {
  const query = useQuery({
    queryKey: [...keys.app(app), 'locations'],
    queryFn: async ({ signal }) => asPage(await api.get<Page<AppLocation>>(`/apps/${app}/locations`, undefined, signal)).items,
    retry: false,
  });
  if (query.isPending || (query.error && asApiError(query.error).status === 404)) return null;
  return (
    <Section title="Its places" sentence="Where patients can arrive in the app. A practice then chooses from this list; without one it types a name. The app can send the list itself (PUT /api/locations).">
      {query.data ? <Form app={app} before={query.data} /> : <ErrorNote error={asApiError(query.error)} onRetry={() => void query.refetch()} />}
    </Section>
  );
}

function Form({ app, before }: { app: Id; before: AppLocation[] }) {
  const client = useQueryClient();
  const [rows, setRows] = useState<AppLocation[]>(before);
  const [shown, setShown] = useState(false);
  const save = useMutation({
    mutationFn: () => api.put<Page<AppLocation>>(`/apps/${app}/locations`, { items: rows }),
    onSuccess: async (saved) => {
      announce('The places are saved.');
      client.setQueryData([...keys.app(app), 'locations'], asPage(saved).items);
    },
  });
  const dirty = JSON.stringify(rows) !== JSON.stringify(before);
  const fault = placesFault(rows);
  const set = (n: number, part: Partial<AppLocation>) => setRows(rows.map((row, i) => (i === n ? { ...row, ...part } : row)));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setShown(true);
    if (!fault) save.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        <FormError error={save.error ? asApiError(save.error) : null} title="They were not saved" />
        {rows.length > 0 && (
          <ul className={classes.rows}>
            {rows.map((row, n) => (
              <li key={n}>
                <TextInput aria-label={`Name of place ${n + 1}`} placeholder="Name, as practices know it" value={row.name} onChange={(e) => set(n, { name: e.currentTarget.value })} />
                <TextInput aria-label={`Id of place ${n + 1}`} placeholder="Id in your app" value={row.id} onChange={(e) => set(n, { id: e.currentTarget.value.trim() })} spellCheck={false} autoComplete="off" />
                <Button variant="default" size="sm" onClick={() => setRows(rows.filter((_, i) => i !== n))}>Remove<span className="visually-hidden"> {row.name}</span></Button>
              </li>
            ))}
          </ul>
        )}
        {shown && fault && <p className={classes.fault} role="alert">{fault}</p>}
        <Group gap="xs">
          <Button variant="default" onClick={() => setRows([...rows, { id: '', name: '' }])}>Add a place</Button>
          {dirty && <Button type="submit" loading={save.isPending}>Save the places</Button>}
        </Group>
      </Stack>
    </form>
  );
}
