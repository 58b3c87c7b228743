// SPDX-License-Identifier: Apache-2.0
import { Button, Group, NativeSelect, SegmentedControl, Stack, Text, useMantineColorScheme } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';

import { api } from '../api/client';
import { useUser } from '../app/session';
import { FormError, FormField } from '../components/FormField';
import { PageHeader } from '../components/PageHeader';
import { Facts, Section } from '../components/Section';
import { UnsavedChangesGuard } from '../components/UnsavedChangesGuard';
import { formatDate, toLocale } from '../lib/locale';
import { AccountTabs } from './Account';
import { useRefreshSession } from './SignIn';
import { useAction } from './useAction';

const roles = { admin: 'Admin', staff: 'Staff', limited: 'Calendars only' };

export function ProfilePage() {
  const user = useUser();
  const refresh = useRefreshSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [name, setName] = useState(user.name);
  const [locale, setLocale] = useState<string>(toLocale(user.locale));
  const changed = name.trim() !== user.name || locale !== toLocale(user.locale);
  const save = useAction(async () => {
    await api.patch('/account', { name: name.trim(), locale });
    await refresh();
    notifications.show({ message: 'Your account is saved.' });
  });
  const facts: [string, string][] = user.memberships.map((m) => [m.organization.name, roles[m.role]]);
  if (user.developer) facts.push(['Apps and webhooks', 'Developer']);
  if (user.operator) facts.push(['This server', 'Operator']);
  return (
    <>
      <PageHeader title="Your account" sentence={`You sign in as ${user.email}.`} />
      <AccountTabs />
      <Section title="You" framed>
        <form onSubmit={save.submit} noValidate>
          <Stack gap="md" maw={420}>
            <FormError error={save.error} fields={['name', 'locale']} title="Your account was not saved" />
            <FormField name="name" label="Name" description="As colleagues see it, and the audit trail." autoComplete="name" value={name} onText={setName} error={save.error} />
            <NativeSelect
              name="locale" label="Language and dates" value={locale} onChange={(e) => setLocale(e.currentTarget.value)}
              description={`A date looks like this: ${formatDate('2026-11-03', toLocale(locale))}.`}
              data={[{ value: 'en-AU', label: 'English (Australia)' }, { value: 'en-US', label: 'English (United States)' }]}
            />
            <Group><Button type="submit" loading={save.busy} disabled={!changed || name.trim() === ''}>Save changes</Button></Group>
          </Stack>
        </form>
        <UnsavedChangesGuard when={changed && !save.busy} what="Your name or language" />
      </Section>
      <Section title="Theme" sentence="On this device." framed>
        <SegmentedControl
          aria-label="Theme" value={colorScheme} onChange={(value) => setColorScheme(value as 'light' | 'dark' | 'auto')}
          data={[{ value: 'auto', label: 'As the device' }, { value: 'light', label: 'Light' }, { value: 'dark', label: 'Dark' }]}
        />
      </Section>
      <Section title="What you may do" framed>
        {facts.length > 0 ? <Facts items={facts} /> : <Text c="dimmed">Nothing yet: an admin of a practice can invite you.</Text>}
      </Section>
    </>
  );
}
