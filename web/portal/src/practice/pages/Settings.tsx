// SPDX-License-Identifier: Apache-2.0
// Members, the practice itself and its audit trail: a page each, one frame.
import type { ReactNode } from 'react';
import { NavLink } from 'react-router-dom';

import { PageHeader } from '../../components/PageHeader';
import { useAt } from '../parts/data';
import classes from '../parts/practice.module.css';

export function SettingsFrame({ tab, sentence, action, children }: { tab: string; sentence?: ReactNode; action?: ReactNode; children: ReactNode }) {
  const at = useAt();
  return (
    <>
      <PageHeader title="Settings" tab={tab} sentence={sentence} action={action} />
      <nav className={classes.tabs} aria-label="Settings">
        <NavLink to={at('/settings')} end>People</NavLink>
        <NavLink to={at('/settings/practice')}>Practice</NavLink>
        <NavLink to={at('/settings/audit')}>Audit trail</NavLink>
      </nav>
      {children}
    </>
  );
}
