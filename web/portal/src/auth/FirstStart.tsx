// SPDX-License-Identifier: Apache-2.0
// The first account of a server, with the one-time link that `pons serve` printed.
import { Button, Code, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router-dom';

import { api } from '../api/client';
import { FormError, FormField } from '../components/FormField';
import { AuthFrame } from './AuthFrame';
import { MIN_PASSWORD, NewPassword } from './NewPassword';
import { useRefreshSession } from './SignIn';
import { useLinkToken } from './tokens';
import { useAction } from './useAction';

export default function FirstStart() {
  const token = useLinkToken();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const navigate = useNavigate();
  const refresh = useRefreshSession();
  const { busy, error, submit } = useAction(async () => {
    await api.post('/first_start', { token, name: name.trim(), email: email.trim(), password });
    const session = await refresh();
    navigate(session.state === 'enrol_due' ? '/enrol' : '/', { replace: true });
  });
  if (token === '') {
    return (
      <AuthFrame title="Open the link that Pons printed" sentence="The first account is made with a one-time link.">
        <Stack>
          <Text>It stands where <Code>pons serve</Code> was started, and in its log. It works once; the next start prints a new one as long as there is no account.</Text>
          <Button component={Link} to="/sign-in" variant="default" fullWidth>I have an account</Button>
        </Stack>
      </AuthFrame>
    );
  }
  const ready = name.trim() !== '' && email.includes('@') && [...password].length >= MIN_PASSWORD;
  return (
    <AuthFrame title="Make the first account" sentence="It runs this server: it invites practices and developers, and sees no patients. You set up a second factor next.">
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          <FormError error={error} fields={['name', 'email', 'password']} title="The account was not made" />
          <FormField name="name" label="Your name" autoComplete="name" autoFocus value={name} onText={setName} error={error} />
          <FormField name="email" label="E-mail address" description="You sign in with it." type="email" autoComplete="username" value={email} onText={setEmail} error={error} />
          <NewPassword value={password} onText={setPassword} error={error} />
          <Button type="submit" fullWidth loading={busy} disabled={!ready}>Make the account</Button>
        </Stack>
      </form>
    </AuthFrame>
  );
}
