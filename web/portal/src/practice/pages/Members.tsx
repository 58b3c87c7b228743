// SPDX-License-Identifier: Apache-2.0
// Who may come in, and as what.
import { Button, Group, Menu, Modal, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';

import { api, type ApiError, asApiError } from '../../api/client';
import { keys } from '../../api/keys';
import { useList } from '../../api/queries';
import type { InvitationMade, Member, Role } from '../../api/types';
import { announce } from '../../app/live';
import { useUser } from '../../app/session';
import { ConfirmDialog } from '../../components/ConfirmDialog';
import { CopyOnce } from '../../components/CopyOnce';
import { type Column, DataTable } from '../../components/DataTable';
import { EmptyState } from '../../components/EmptyState';
import { FormError, FormField } from '../../components/FormField';
import { Section } from '../../components/Section';
import { StateSentence } from '../../components/StateSentence';
import { TimeAgo } from '../../components/TimeAgo';
import { count } from '../../lib/locale';
import { matches } from '../logic/text';
import { emailProblem, roleLabel, ROLES } from '../logic/words';
import { useOrg, useRights } from '../parts/data';
import { NotForYou } from '../parts/NotForYou';
import classes from '../parts/practice.module.css';
import { SettingsFrame } from './Settings';

export default function Members() {
  return useRights().manage ? <List /> : <NotForYou what="Settings" />;
}

function List() {
  const org = useOrg();
  const me = useUser();
  const client = useQueryClient();
  const list = useList<Member>(keys.members(org), `/organizations/${org}/members`, { limit: 200 });
  const [text, setText] = useState('');
  const [inviting, setInviting] = useState(false);
  const [changing, setChanging] = useState<Member | null>(null);
  const [removing, setRemoving] = useState<Member | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: keys.members(org) });
  const shown = { ...list, rows: list.rows.filter((m) => !text.trim() || matches(`${m.name} ${m.email} ${roleLabel(m.role)}`, text)) };
  const columns: Column<Member>[] = [
    {
      key: 'name', title: 'Name', long: true, sort: (m) => m.name || m.email,
      render: (m) => (
        <>
          <span style={{ fontWeight: 600, overflowWrap: 'anywhere' }}>{m.name || m.email}</span>{m.id === me.id && ' (you)'}
          {m.name && <Text component="div" size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>{m.email}</Text>}
        </>
      ),
    },
    { key: 'role', title: 'Role', width: '110px', sort: (m) => m.role, render: (m) => roleLabel(m.role) },
    {
      key: 'factor', title: 'Second factor', width: '190px',
      render: (m) => m.invited ? <StateSentence tone="waiting">Invited</StateSentence>
        : m.second_factor ? <StateSentence tone="ok">On</StateSentence>
        : <StateSentence tone={m.role === 'admin' ? 'attention' : 'off'}>{m.role === 'admin' ? 'Due at next sign-in' : 'Off'}</StateSentence>,
    },
    { key: 'seen', title: 'Last here', width: '140px', sort: (m) => m.last_seen_at, render: (m) => <TimeAgo at={m.last_seen_at} never={m.invited ? 'Not yet' : 'Never'} />, phone: 'hide' },
    {
      key: 'do', title: 'Change', width: '110px', phone: 'bare',
      render: (m) => m.id === me.id ? '' : (
        <Menu position="bottom-end">
          <Menu.Target><Button variant="default" size="xs" aria-label={`Change ${m.name || m.email}`}>Change</Button></Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => setChanging(m)}>Change role</Menu.Item>
            <Menu.Item onClick={() => setRemoving(m)}>Remove from practice</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      ),
    },
  ];
  return (
    <SettingsFrame
      tab="People" action={<Button onClick={() => setInviting(true)}>Invite somebody</Button>}
      sentence={list.total !== undefined && `${count(list.total, 'person', undefined, 'people')} may come into this practice.`}
    >
      <DataTable
        label="People" one="person" many="people" columns={columns} list={shown} rowKey={(m) => m.id} filtered={text.trim() !== ''}
        search={{ text, setText, placeholder: 'Search by name or e-mail' }}
        empty={<EmptyState title="Nobody is a member yet" action={<Button onClick={() => setInviting(true)}>Invite somebody</Button>}>People of the practice who may see what is shared, or change it.</EmptyState>}
      />
      <div style={{ marginTop: 32 }}>
      <Section title="What the roles mean">
        <ul className={classes.rows}>
          {ROLES.map((r) => (
            <li key={r.value} className={classes.row} style={{ gridTemplateColumns: 'minmax(80px, 1fr) minmax(0, 6fr)' }}>
              <span className={classes.name}>{r.label}</span><span style={{ gridColumn: '2 / -1' }}>{r.text}</span>
            </li>
          ))}
        </ul>
      </Section>
      </div>
      {inviting && <Invite onClose={() => setInviting(false)} onDone={refresh} />}
      {changing && <ChangeRole member={changing} onClose={() => setChanging(null)} onDone={refresh} />}
      <ConfirmDialog
        opened={removing !== null} onClose={() => setRemoving(null)} title={`Remove ${removing?.name || removing?.email || ''}?`} confirm="Remove from practice" cancel="Keep"
        gone={['They are signed out of this practice at once.', 'What they did stays in the audit trail.']}
        onConfirm={async () => {
          await api.delete(`/organizations/${org}/members/${removing?.id ?? ''}`);
          announce('Removed from the practice.');
          await refresh();
        }}
      />
    </SettingsFrame>
  );
}

function RoleChoice({ value, onChange }: { value: Role; onChange: (role: Role) => void }) {
  const name = useId();
  return (
    <fieldset style={{ border: 0, margin: 0, padding: 0, minWidth: 0 }}>
      <legend style={{ fontWeight: 600, padding: 0, marginBottom: 4 }}>Role</legend>
      <ul className={classes.rows}>
        {ROLES.map((r) => (
          <li key={r.value}>
            <label className={classes.choice}>
              <input type="radio" className={classes.radio} name={name} checked={value === r.value} onChange={() => onChange(r.value)} />
              <span><span className={classes.name}>{r.label}</span><br /><span className={classes.quiet}>{r.text}</span></span>
            </label>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}

function Invite({ onClose, onDone }: { onClose: () => void; onDone: () => Promise<unknown> }) {
  const org = useOrg();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('staff');
  const [problem, setProblem] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const [made, setMade] = useState<InvitationMade | null>(null);
  const invite = async () => {
    const wrong = emailProblem(email);
    setProblem(wrong);
    setError(null);
    if (wrong) return;
    setBusy(true);
    try {
      setMade(await api.post<InvitationMade>(`/organizations/${org}/members`, { email: email.trim(), role }));
      announce('The invitation is made.');
      await onDone();
    } catch (thrown) {
      setError(asApiError(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={<Text component="span" fw={600}>{made ? 'Invitation made' : 'Invite somebody'}</Text>} size="lg" closeOnClickOutside={made === null}>
      {made ? (
        <Stack gap="md">
          <Text>{made.mailed ? `An e-mail is on its way to ${email}. The link also is here:` : `Give this link to ${email} yourself; this server sends no e-mail.`}</Text>
          <CopyOnce label="Invitation link" value={made.invitation_url}>This link is shown once. It lets its holder in as {roleLabel(role).toLowerCase()}: pass it on privately. If it is lost, invite again.</CopyOnce>
          <Group><Button onClick={onClose}>Done</Button></Group>
        </Stack>
      ) : (
        <form noValidate onSubmit={(e) => { e.preventDefault(); void invite(); }}>
          <Stack gap="md">
            <FormError error={error} fields={['email']} title="The invitation was not made" />
            <FormField name="email" type="email" label="E-mail address" description="At work. It is how they sign in." value={email} onText={setEmail} error={problem ?? error} autoComplete="off" data-autofocus />
            <RoleChoice value={role} onChange={setRole} />
            <Group>
              <Button type="submit" loading={busy}>Make the invitation</Button>
              <Button variant="default" onClick={onClose} disabled={busy}>Cancel</Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}

function ChangeRole({ member, onClose, onDone }: { member: Member; onClose: () => void; onDone: () => Promise<unknown> }) {
  const org = useOrg();
  const [role, setRole] = useState<Role>(member.role);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    setError(null);
    try {
      await api.patch(`/organizations/${org}/members/${member.id}`, { role });
      await onDone();
      announce('The role is changed.');
      onClose();
    } catch (thrown) {
      setError(asApiError(thrown));
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={<Text component="span" fw={600}>Role of {member.name || member.email}</Text>} size="lg">
      <form onSubmit={(e) => { e.preventDefault(); void save(); }}>
        <Stack gap="md">
          <FormError error={error} title="The role was not changed" />
          <RoleChoice value={role} onChange={setRole} />
          <Group>
            <Button type="submit" loading={busy} disabled={role === member.role}>Change role</Button>
            <Button variant="default" onClick={onClose} disabled={busy}>Cancel</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
