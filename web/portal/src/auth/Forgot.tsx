// SPDX-License-Identifier: Apache-2.0
// Asks for a link to set a new password. The answer is the same whether there is such an account.
import { Anchor, Button, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router-dom';

import { api } from '../api/client';
import { FormError, FormField } from '../components/FormField';
import { AuthFrame } from './AuthFrame';
import { useAction } from './useAction';

export default function Forgot() {
  const [email, setEmail] = useState('');
  const [asked, setAsked] = useState(false);
  const { busy, error, submit } = useAction(async () => {
    await api.post('/password/forgot', { email: email.trim() });
    setAsked(true);
  });
  const back = <Anchor component={Link} to="/sign-in">Back to sign in</Anchor>;
  if (asked) {
    return (
      <AuthFrame title="Look at your e-mail" foot={back}>
        <Text role="status">
          If {email.trim()} has an account here, a link to set a new password is on its way. It works once, for a short time. Nothing came
          after ten minutes? Look among unwanted mail, then ask an admin of your practice.
        </Text>
      </AuthFrame>
    );
  }
  return (
    <AuthFrame title="Set a new password" sentence="Enter the address that you sign in with. We send you a link." foot={back}>
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          <FormError error={error} fields={['email']} title="No link was sent" />
          <FormField name="email" label="E-mail address" type="email" autoComplete="username" autoFocus value={email} onText={setEmail} error={error} />
          <Button type="submit" fullWidth loading={busy} disabled={!email.includes('@')}>Send me a link</Button>
        </Stack>
      </form>
    </AuthFrame>
  );
}
