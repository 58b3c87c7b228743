// SPDX-License-Identifier: Apache-2.0
// Accepts an invitation: who invites to what, then a name and a password (or, with an account
// already, only its password).
import { Button, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router-dom';

import { api, asApiError } from '../api/client';
import { keys } from '../api/keys';
import type { Invitation } from '../api/types';
import { FormError, FormField, PasswordField } from '../components/FormField';
import { ErrorNote, PageLoading } from '../components/PageStates';
import { spell, toLocale } from '../lib/locale';
import { AuthFrame } from './AuthFrame';
import { MIN_PASSWORD, NewPassword } from './NewPassword';
import { useRefreshSession } from './SignIn';
import { useLinkToken } from './tokens';
import { useAction } from './useAction';

const roleWords: Record<string, string> = {
  admin: 'an admin: you connect systems and decide what apps may see',
  staff: 'staff: you see patients and what was shared',
  limited: 'a member who sees calendars, and no patients',
  operator: 'an operator of this server',
  developer: 'a developer of apps',
};

export default function AcceptInvitation() {
  const token = useLinkToken();
  const query = useQuery({
    queryKey: keys.invitation(token),
    queryFn: ({ signal }) => api.get<Invitation>(`/invitations/${encodeURIComponent(token)}`, undefined, signal),
    enabled: token !== '',
    retry: false,
    staleTime: Infinity,
  });
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const navigate = useNavigate();
  const refresh = useRefreshSession();
  const existing = query.data?.existing ?? false;
  const { busy, error, submit } = useAction(async () => {
    await api.post(`/invitations/${encodeURIComponent(token)}`, existing ? { password } : { name: name.trim(), password });
    const session = await refresh();
    navigate(session.state === 'enrol_due' ? '/enrol' : '/', { replace: true });
  });
  if (query.isPending && token !== '') return <PageLoading />;
  if (!query.data) {
    return (
      <AuthFrame title="This invitation does not work" sentence="Invitations work once, for a few days. Ask the person who invited you for a new one.">
        <Stack>
          {query.error && <ErrorNote error={asApiError(query.error)} />}
          <Button component={Link} to="/sign-in" variant="default" fullWidth>Go to sign in</Button>
        </Stack>
      </AuthFrame>
    );
  }
  const invitation = query.data;
  const where = invitation.organization?.name ?? 'Pons';
  const what = spell(roleWords[invitation.role] ?? invitation.role, toLocale(undefined));
  return (
    <AuthFrame title={`Join ${where}`} sentence={`You are invited as ${what}. You will sign in as ${invitation.email}.`}>
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          <FormError error={error} fields={['name', 'password']} title="You have not joined yet" />
          <input type="hidden" name="username" autoComplete="username" value={invitation.email} readOnly />
          {existing ? (
            <PasswordField name="password" label="Your password" description="You have an account here already." autoComplete="current-password" value={password} onText={setPassword} error={error} />
          ) : (
            <>
              <FormField name="name" label="Your name" description="As colleagues know you." autoComplete="name" autoFocus value={name} onText={setName} error={error} />
              <NewPassword value={password} onText={setPassword} error={error} />
            </>
          )}
          <Button type="submit" fullWidth loading={busy} disabled={existing ? password === '' : name.trim() === '' || [...password].length < MIN_PASSWORD}>
            Join {where.length > 30 ? '' : where}
          </Button>
        </Stack>
      </form>
    </AuthFrame>
  );
}
