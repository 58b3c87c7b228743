// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';

import { api } from '../api/client';
import { keys } from '../api/keys';
import { useList } from '../api/queries';
import type { SessionInfo } from '../api/types';
import { useSession } from '../app/session';
import { ConfirmDialog } from '../components/ConfirmDialog';
import { DataTable } from '../components/DataTable';
import { FormError, PasswordField } from '../components/FormField';
import { PageHeader } from '../components/PageHeader';
import { Section } from '../components/Section';
import { StateSentence } from '../components/StateSentence';
import { TimeAgo } from '../components/TimeAgo';
import { AccountTabs } from './Account';
import { MIN_PASSWORD, NewPassword } from './NewPassword';
import { SecondFactorSetup } from './SecondFactorSetup';
import { useRefreshSession } from './SignIn';
import { useAction } from './useAction';

export function SecurityPage() {
  const { user } = useSession();
  return (
    <>
      <PageHeader
        title="Sign-in"
        sentence={user.second_factor ? 'Your password and your phone are both needed to sign in.' : 'Your password alone is needed to sign in. A second factor is safer.'}
      />
      <AccountTabs />
      <SecondFactor />
      <Password />
      <Sessions />
    </>
  );
}

function SecondFactor() {
  const { user } = useSession();
  const refresh = useRefreshSession();
  const [setting, setSetting] = useState(false);
  const [removing, setRemoving] = useState(false);
  const [password, setPassword] = useState('');
  const needed = user.operator || user.memberships.some((m) => m.role === 'admin');
  const off = useAction(async () => {
    await api.delete('/account/second_factor', undefined, { password });
    setRemoving(false);
    setPassword('');
    await refresh();
  });
  return (
    <Section title="Second factor" framed>
      <Group justify="space-between" gap="md">
        {user.second_factor ? (
          <StateSentence tone="ok" cause="an authenticator app is asked for a code">On</StateSentence>
        ) : (
          <StateSentence tone="attention" cause="whoever learns your password can sign in">Off</StateSentence>
        )}
        <Group gap="xs">
          <Button variant="default" onClick={() => setSetting(true)}>{user.second_factor ? 'Set up another phone' : 'Set up the second factor'}</Button>
          {user.second_factor && !needed && <Button variant="default" onClick={() => setRemoving(true)}>Turn it off</Button>}
        </Group>
      </Group>
      {user.second_factor && needed && <Text c="dimmed" mt="sm">Admins and operators keep it on. A new phone replaces the old one, and the recovery codes with it.</Text>}
      <Modal opened={setting} onClose={() => setSetting(false)} title="Set up the authenticator app">
        <SecondFactorSetup email={user.email} onDone={async () => { await refresh(); setSetting(false); }} />
      </Modal>
      <Modal opened={removing} onClose={() => setRemoving(false)} title="Turn the second factor off?">
        <form onSubmit={off.submit} noValidate>
          <Stack gap="md">
            <Text>Your password alone will open your account, and your recovery codes stop working.</Text>
            <FormError error={off.error} fields={['password']} title="It is still on" />
            <PasswordField name="password" label="Your password" autoComplete="current-password" value={password} onText={setPassword} error={off.error} />
            <Group justify="flex-end"><Button variant="default" onClick={() => setRemoving(false)}>Keep it on</Button><Button type="submit" color="red.9" loading={off.busy} disabled={password === ''}>Turn it off</Button></Group>
          </Stack>
        </form>
      </Modal>
    </Section>
  );
}

function Password() {
  const { user } = useSession();
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const refresh = useRefreshSession();
  const save = useAction(async () => {
    await api.patch('/account', { password, current_password: current });
    setCurrent('');
    setPassword('');
    await refresh();
    notifications.show({ message: 'Your password is changed. Other devices are signed out.' });
  });
  return (
    <Section title="Password" framed>
      <form onSubmit={save.submit} noValidate>
        <Stack gap="md" maw={420}>
          {/* Tells password managers whose password it is. */}
          <input type="text" name="username" autoComplete="username" value={user.email} readOnly hidden />
          <FormError error={save.error} fields={['password', 'current_password']} title="Your password was not changed" />
          <PasswordField name="current_password" label="Current password" autoComplete="current-password" value={current} onText={setCurrent} error={save.error} />
          <NewPassword value={password} onText={setPassword} error={save.error} label="New password" />
          <Group><Button type="submit" variant="default" loading={save.busy} disabled={current === '' || [...password].length < MIN_PASSWORD}>Change the password</Button></Group>
        </Stack>
      </form>
    </Section>
  );
}

function Sessions() {
  const list = useList<SessionInfo>(keys.sessions, '/sessions');
  const [everywhere, setEverywhere] = useState(false);
  const client = useQueryClient();
  const navigate = useNavigate();
  const end = async (id: string) => {
    await api.delete(`/sessions/${id}`);
    await client.invalidateQueries({ queryKey: keys.sessions });
  };
  return (
    <Section
      title="Where you are signed in"
      action={<Button variant="default" onClick={() => setEverywhere(true)}>Sign out everywhere</Button>}
    >
      <DataTable
        label="Sessions" one="session" list={list} rowKey={(s) => s.id} hideCount expected={2}
        empty={null}
        columns={[
          { key: 'browser', title: 'Device', render: (s) => s.browser || 'Unknown browser' },
          { key: 'address', title: 'Address', render: (s) => s.address ?? '' },
          { key: 'seen', title: 'Last used', render: (s) => (s.current ? <StateSentence tone="ok">This one</StateSentence> : <TimeAgo at={s.last_seen_at} />) },
          { key: 'since', title: 'Signed in', render: (s) => <TimeAgo at={s.created_at} /> },
          { key: 'end', title: 'Action', phone: 'bare', width: '110px', render: (s) => (s.current ? null : <Button size="compact-sm" variant="default" onClick={() => void end(s.id)} aria-label={`Sign out ${s.browser ?? 'this device'}`}>Sign out</Button>) },
        ]}
      />
      <ConfirmDialog
        opened={everywhere} onClose={() => setEverywhere(false)} title="Sign out everywhere?" confirm="Sign out everywhere" cancel="Stay signed in"
        onConfirm={async () => {
          await api.delete('/sessions');
          client.clear();
          navigate('/sign-in', { replace: true });
        }}
      >
        Every device, this one too, must sign in again. Nothing else changes.
      </ConfirmDialog>
    </Section>
  );
}
