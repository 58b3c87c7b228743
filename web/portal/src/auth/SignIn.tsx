// SPDX-License-Identifier: Apache-2.0
// Sign in: address and password, then the code of the second factor or a recovery code.
import { Alert, Anchor, Button, Stack } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, Navigate, useLocation, useNavigate, useSearchParams } from 'react-router-dom';

import { api, asApiError, setCsrf } from '../api/client';
import { keys } from '../api/keys';
import type { Session } from '../api/types';
import { useSessionQuery } from '../app/session';
import { FormError, FormField, PasswordField } from '../components/FormField';
import { PageError, PageLoading } from '../components/PageStates';
import { AuthFrame } from './AuthFrame';
import { safeNext } from './tokens';
import { useAction } from './useAction';

/** Reads the session anew after it changed; the server has set the cookie. */
export function useRefreshSession() {
  const client = useQueryClient();
  return async () => {
    const session = await api.get<Session>('/session');
    setCsrf(session.csrf);
    client.setQueryData(keys.session, session);
    return session;
  };
}

export default function SignIn() {
  const query = useSessionQuery();
  const [params] = useSearchParams();
  const next = safeNext(params.get('next'));
  const expired = (useLocation().state as { reason?: string } | null)?.reason === 'expired';
  if (query.isPending) return <PageLoading />;
  if (query.error) {
    return <AuthFrame title="Sign in"><PageError error={asApiError(query.error)} onRetry={() => void query.refetch()} /></AuthFrame>;
  }
  const session = query.data;
  if (session?.state === 'signed_in') return <Navigate to={next} replace />;
  if (session?.state === 'enrol_due') return <Navigate to={`/enrol?next=${encodeURIComponent(next)}`} replace />;
  return session ? <Code /> : <Password expired={expired} />;
}

function Password({ expired }: { expired: boolean }) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const refresh = useRefreshSession();
  const { busy, error, submit } = useAction(async () => {
    await api.post('/session', { email: email.trim(), password });
    await refresh();
  });
  return (
    <AuthFrame title="Sign in" foot="New here? An admin of your practice invites you; the invitation comes by e-mail.">
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          {expired && !error && <Alert color="gray" variant="light" role="status">You were signed out after a while without use. Sign in again to go on.</Alert>}
          <FormError error={error} fields={['email', 'password']} title="You are not signed in" />
          <FormField name="email" label="E-mail address" type="email" autoComplete="username" autoFocus required withAsterisk={false} value={email} onText={setEmail} error={error} />
          <PasswordField name="password" label="Password" autoComplete="current-password" required withAsterisk={false} value={password} onText={setPassword} error={error} />
          <Button type="submit" fullWidth loading={busy} disabled={email.trim() === '' || password === ''}>Sign in</Button>
          <Anchor component={Link} to="/forgot" ta="center">I forgot my password</Anchor>
        </Stack>
      </form>
    </AuthFrame>
  );
}

function Code() {
  const [recovery, setRecovery] = useState(false);
  const [code, setCode] = useState('');
  const refresh = useRefreshSession();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { busy, error, setError, submit } = useAction(async () => {
    const text = code.replace(/\s/g, '');
    await api.post('/session/second_factor', recovery ? { recovery_code: code.trim() } : { code: text });
    await refresh();
  });
  const other = () => {
    setRecovery(!recovery);
    setCode('');
    setError(null);
  };
  const leave = async () => {
    await api.delete('/session').catch(() => undefined);
    client.setQueryData(keys.session, null);
    navigate('/sign-in', { replace: true });
  };
  return (
    <AuthFrame
      title={recovery ? 'Use a recovery code' : 'Enter your code'}
      sentence={recovery ? 'One of the codes that you kept when you set up the second factor. Each works once.' : 'Open your authenticator app and enter the six digits that it shows for Pons.'}
      foot={<Anchor component="button" type="button" onClick={() => void leave()}>Sign in as somebody else</Anchor>}
    >
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          <FormError error={error} fields={['code', 'recovery_code']} title="The code was not accepted" />
          {recovery ? (
            <FormField key="recovery" name="recovery_code" label="Recovery code" autoComplete="off" autoFocus value={code} onText={setCode} error={error} />
          ) : (
            <FormField key="code" name="code" label="Six-digit code" inputMode="numeric" autoComplete="one-time-code" maxLength={7} autoFocus value={code} onText={setCode} error={error} />
          )}
          <Button type="submit" fullWidth loading={busy} disabled={code.replace(/\s/g, '').length < 6}>Sign in</Button>
          <Anchor component="button" type="button" onClick={other} ta="center">{recovery ? 'Use the authenticator app instead' : 'I do not have my phone: use a recovery code'}</Anchor>
        </Stack>
      </form>
    </AuthFrame>
  );
}
