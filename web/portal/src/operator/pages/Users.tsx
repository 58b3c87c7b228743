// SPDX-License-Identifier: Apache-2.0
// Everybody with an account here: roles, second factor, and switching somebody off.
import { Button, Checkbox, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';

import { api, asApiError } from '../../api/client';
import { keys } from '../../api/keys';
import { useList } from '../../api/queries';
import type { InvitationMade, OperatorUser } from '../../api/types';
import { announce } from '../../app/live';
import { useUser } from '../../app/session';
import { ConfirmDialog } from '../../components/ConfirmDialog';
import { CopyOnce } from '../../components/CopyOnce';
import { type Column, DataTable } from '../../components/DataTable';
import { EmptyState } from '../../components/EmptyState';
import { FormError, FormField } from '../../components/FormField';
import { PageHeader } from '../../components/PageHeader';
import { Facts } from '../../components/Section';
import { StateSentence } from '../../components/StateSentence';
import { TimeAgo } from '../../components/TimeAgo';
import { useSearchText } from '../../lib/hooks';
import { rolesOf, userState } from '../lib/users';

const columns: Column<OperatorUser>[] = [
  { key: 'name', title: 'Name', long: true, render: (row) => row.name || row.email, sort: (row) => row.name || row.email },
  { key: 'email', title: 'E-mail', long: true, render: (row) => <span style={{ overflowWrap: 'anywhere' }}>{row.email}</span>, sort: (row) => row.email },
  { key: 'roles', title: 'Roles', width: '26%', render: rolesOf },
  { key: 'state', title: 'State', width: '200px', render: (row) => { const s = userState(row); return <StateSentence tone={s.tone}>{s.word}</StateSentence>; } },
  { key: 'seen', title: 'Last here', width: '150px', render: (row) => <TimeAgo at={row.last_seen_at} />, sort: (row) => row.last_seen_at },
];

function Invite({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const client = useQueryClient();
  const [email, setEmail] = useState('');
  const [operator, setOperator] = useState(false);
  const [developer, setDeveloper] = useState(true);
  const invite = useMutation({
    mutationFn: () => api.post<InvitationMade>('/operator/users', { email: email.trim(), operator, developer }),
    onSuccess: async () => {
      announce('The invitation was made.');
      await client.invalidateQueries({ queryKey: keys.operatorUsers });
    },
  });
  const error = invite.error ? asApiError(invite.error) : null;
  const close = () => {
    onClose();
    invite.reset();
    setEmail('');
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate();
  };
  return (
    <Modal opened={opened} onClose={close} title={invite.data ? `Invitation for ${email.trim()}` : 'Invite somebody'}>
      {invite.data ? (
        <Stack gap="md">
          <CopyOnce label="Invitation link" value={invite.data.invitation_url}>
            {invite.data.mailed ? 'It was also sent by e-mail. ' : ''}The link works once. Give it to this person alone.
          </CopyOnce>
          <Group justify="flex-end"><Button onClick={close}>Done</Button></Group>
        </Stack>
      ) : (
        <form onSubmit={submit} noValidate>
          <Stack gap="md">
            <FormError error={error} fields={['email']} title="Nobody was invited" />
            <FormField name="email" type="email" label="E-mail" value={email} onText={setEmail} error={error} required autoComplete="off" data-autofocus />
            <Checkbox label="Developer" description="Makes apps, webhooks and sandbox practices of their own." checked={developer} onChange={(e) => setDeveloper(e.currentTarget.checked)} />
            <Checkbox label="Operator" description="Runs this server: everything but patient data. Needs a second factor." checked={operator} onChange={(e) => setOperator(e.currentTarget.checked)} />
            <Text c="dimmed">People of a practice are invited by its admin, in the practice’s own settings.</Text>
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={close}>Cancel</Button>
              <Button type="submit" loading={invite.isPending} disabled={!email.includes('@') || !(operator || developer)}>Invite</Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}

function Edit({ user, onClose }: { user: OperatorUser; onClose: () => void }) {
  const me = useUser();
  const client = useQueryClient();
  const [operator, setOperator] = useState(user.operator);
  const [developer, setDeveloper] = useState(user.developer);
  const [switching, setSwitching] = useState(false);
  const mine = me.id === user.id;
  const patch = async (body: object, words: string) => {
    await api.patch(`/operator/users/${user.id}`, body);
    announce(words);
    await client.invalidateQueries({ queryKey: keys.operatorUsers });
  };
  const save = useMutation({ mutationFn: () => patch({ operator, developer }, 'Saved.'), onSuccess: onClose });
  const on = useMutation({ mutationFn: () => patch({ disabled: false }, 'The account is on again.'), onSuccess: onClose });
  const state = userState(user);
  const name = user.name || user.email;
  return (
    <>
      <Modal opened onClose={onClose} title={name}>
        <Stack gap="md">
          <Facts
            items={[
              ['E-mail', user.email], ['State', <StateSentence key="s" tone={state.tone}>{state.word}</StateSentence>], ['Second factor', user.second_factor ? 'On' : 'Off'],
              ...(user.memberships ?? []).map((m): [string, string] => [m.organization.name, m.role]),
            ]}
          />
          <FormError error={save.error ? asApiError(save.error) : on.error ? asApiError(on.error) : null} title="It was not saved" />
          <Checkbox label="Developer" checked={developer} onChange={(e) => setDeveloper(e.currentTarget.checked)} />
          <Checkbox label="Operator" checked={operator} onChange={(e) => setOperator(e.currentTarget.checked)} disabled={mine} description={mine ? 'You cannot take this from yourself; another operator can.' : undefined} />
          <Group justify="space-between" gap="xs">
            {user.disabled ? <Button variant="default" onClick={() => on.mutate()} loading={on.isPending}>Switch on again</Button> : <Button variant="default" c={mine ? undefined : 'var(--pons-failed)'} disabled={mine} onClick={() => setSwitching(true)}>Switch off</Button>}
            <Button onClick={() => save.mutate()} loading={save.isPending} disabled={operator === user.operator && developer === user.developer}>Save roles</Button>
          </Group>
        </Stack>
      </Modal>
      <ConfirmDialog
        opened={switching} onClose={() => setSwitching(false)} title={`Switch off ${name}?`} confirm="Switch the account off"
        gone={['This person is signed out everywhere, at once.', 'They cannot sign in until an operator switches the account on again.', 'Their apps go on.']}
        onConfirm={async () => { await patch({ disabled: true }, 'The account is switched off.'); onClose(); }}
      />
    </>
  );
}

export default function Users() {
  const { text, setText, asked } = useSearchText();
  const list = useList<OperatorUser>(keys.operatorUsers, '/operator/users', { q: asked });
  const [inviting, setInviting] = useState(false);
  const [editing, setEditing] = useState<OperatorUser | null>(null);
  return (
    <>
      <PageHeader title="People" sentence="Everybody who can sign in here, and as what." action={<Button onClick={() => setInviting(true)}>Invite somebody</Button>} />
      <DataTable
        label="People" one="person" many="people" columns={columns} list={list} rowKey={(row) => row.id} onOpen={setEditing} search={{ text, setText, placeholder: 'Search by name or e-mail' }}
        empty={<EmptyState title="Nobody yet">Invite a developer or another operator.</EmptyState>}
      />
      <Invite opened={inviting} onClose={() => setInviting(false)} />
      {editing && <Edit key={editing.id} user={editing} onClose={() => setEditing(null)} />}
    </>
  );
}
