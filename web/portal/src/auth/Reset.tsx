// SPDX-License-Identifier: Apache-2.0
// Sets a new password with the link that came by e-mail.
import { Anchor, Button, Stack } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router-dom';

import { api } from '../api/client';
import { FormError } from '../components/FormField';
import { AuthFrame } from './AuthFrame';
import { MIN_PASSWORD, NewPassword } from './NewPassword';
import { useLinkToken } from './tokens';
import { useAction } from './useAction';

export default function Reset() {
  const token = useLinkToken();
  const [password, setPassword] = useState('');
  const [done, setDone] = useState(false);
  const { busy, error, submit } = useAction(async () => {
    await api.post('/password/reset', { token, password });
    setDone(true);
  });
  if (done) {
    return (
      <AuthFrame title="Your password is set" sentence="You were signed out everywhere. Sign in with the new password.">
        <Button component={Link} to="/sign-in" fullWidth>Sign in</Button>
      </AuthFrame>
    );
  }
  if (token === '') {
    return (
      <AuthFrame title="This link is not complete" sentence="Open the link in the e-mail again, or ask for a new one.">
        <Button component={Link} to="/forgot" fullWidth>Ask for a new link</Button>
      </AuthFrame>
    );
  }
  return (
    <AuthFrame title="Choose a new password" foot={<Anchor component={Link} to="/forgot">Ask for a new link</Anchor>}>
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          <FormError error={error} fields={['password']} title="The password was not changed" />
          <NewPassword value={password} onText={setPassword} error={error} label="New password" />
          <Button type="submit" fullWidth loading={busy} disabled={[...password].length < MIN_PASSWORD}>Set the new password</Button>
        </Stack>
      </form>
    </AuthFrame>
  );
}
