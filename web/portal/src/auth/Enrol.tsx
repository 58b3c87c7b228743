// SPDX-License-Identifier: Apache-2.0
// Who runs the server or a practice must have a second factor; until then this is the only page.
import { Anchor } from '@mantine/core';
import { useState } from 'react';
import { Navigate, useNavigate, useSearchParams } from 'react-router-dom';

import { useSession, useSignOut } from '../app/session';
import { AuthFrame } from './AuthFrame';
import { SecondFactorSetup } from './SecondFactorSetup';
import { useRefreshSession } from './SignIn';
import { safeNext } from './tokens';

export default function Enrol() {
  const { user, state } = useSession();
  const [started] = useState(state === 'enrol_due');
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const refresh = useRefreshSession();
  const signOut = useSignOut();
  const next = safeNext(params.get('next'));
  if (!started) return <Navigate to={user.second_factor ? next : '/account'} replace />;
  return (
    <AuthFrame
      title="Set up your second factor" wide
      sentence="Your account decides who sees patients, so a password alone is not enough. This takes two minutes, once."
      foot={<Anchor component="button" type="button" onClick={() => void signOut()}>Sign out</Anchor>}
    >
      <SecondFactorSetup
        email={user.email}
        onDone={async () => {
          await refresh();
          navigate(next, { replace: true });
        }}
      />
    </AuthFrame>
  );
}
