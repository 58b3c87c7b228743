// SPDX-License-Identifier: Apache-2.0
// Where messages go and which: for a new webhook and for an old one's edit.
import { Button, Group, MultiSelect, Radio, Select, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';

import { type ApiError, asApiError } from '../api/client';
import { useSession } from '../app/session';
import { FormError, FormField } from '../components/FormField';
import type { DeveloperApp } from './data';
import { addressFault, eventTypes } from './lib/webhooks';

export interface WebhookWish {
  app: string;
  url: string;
  events: string[];
}

export function WebhookForm({ apps, initial, submit, confirm, onCancel }: {
  /** Offered where the app is still to be chosen. */
  apps?: DeveloperApp[];
  initial: WebhookWish;
  confirm: string;
  submit: (wish: WebhookWish) => Promise<unknown>;
  onCancel: () => void;
}) {
  const session = useSession();
  const [wish, setWish] = useState(initial);
  const [which, setWhich] = useState(initial.events.length > 0 ? 'these' : 'all');
  const [fault, setFault] = useState<string | null>(null);
  const [eventsFault, setEventsFault] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    const address = addressFault(wish.url, session.development === true);
    const none = which === 'these' && wish.events.length === 0 ? 'Choose at least one event.' : null;
    setFault(address);
    setEventsFault(none);
    setError(null);
    if (address || none) return;
    setBusy(true);
    try {
      await submit({ ...wish, url: wish.url.trim(), events: which === 'all' ? [] : wish.events });
    } catch (thrown) {
      setError(asApiError(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void send(event)} noValidate>
      <Stack gap="md">
        <FormError error={error} fields={['url']} title="It was not saved" />
        {apps && apps.length > 1 && (
          <Select label="App" required data={apps.map((a) => ({ value: a.id, label: a.name }))} value={wish.app} allowDeselect={false} onChange={(app) => setWish({ ...wish, app: app ?? wish.app })} searchable />
        )}
        <FormField
          name="url" label="Address" required type="url" placeholder="https://app.example.org/pons" value={wish.url} error={fault ?? error} data-autofocus
          description="Messages are posted here. They say which record changed, never what is in it." onText={(url) => setWish({ ...wish, url })}
        />
        <Radio.Group label="Events" value={which} onChange={setWhich}>
          <Stack gap="sm" mt="xs">
            <Radio value="all" label="All, new kinds included" />
            <Radio value="these" label="Only these" />
          </Stack>
        </Radio.Group>
        {which === 'these' && (
          <MultiSelect
            label="Which events" data={eventTypes} value={wish.events} error={eventsFault} searchable clearable hidePickedOptions nothingFoundMessage="No such event"
            onChange={(events) => setWish({ ...wish, events })} clearButtonProps={{ 'aria-label': 'Remove all events' }}
          />
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onCancel} disabled={busy}>Cancel</Button>
          <Button type="submit" loading={busy}>{confirm}</Button>
        </Group>
      </Stack>
    </form>
  );
}
