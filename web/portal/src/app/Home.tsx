// SPDX-License-Identifier: Apache-2.0
// Where a person lands: their last workspace if there is one, else the first.
import { Button } from '@mantine/core';
import { Link, Navigate } from 'react-router-dom';

import { EmptyState } from '../components/EmptyState';
import { PageHeader } from '../components/PageHeader';
import { workspaces } from './nav';
import { useSpell, useUser } from './session';

export const LAST = 'pons.workspace';

export function Home() {
  const user = useUser();
  const spell = useSpell();
  const all = workspaces(user);
  const last = localStorage.getItem(LAST);
  const home = all.find((w) => w.key === last) ?? all[0];
  if (home) return <Navigate to={home.home} replace />;
  return (
    <>
      <PageHeader title="Welcome" sentence={spell('You do not belong to an organization yet.')} />
      <EmptyState title="Nothing is shared with you yet">
        {spell('An admin of your organization can invite you; the invitation comes by e-mail.')}
      </EmptyState>
    </>
  );
}

export function NotFound() {
  return (
    <>
      <PageHeader title="Nothing is here" sentence="The address may be mistyped, or what it showed was removed." />
      <Button component={Link} to="/">Go to the overview</Button>
    </>
  );
}
