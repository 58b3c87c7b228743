// SPDX-License-Identifier: Apache-2.0
// The pages of one thing, side by side below its title: each has its own address.
import { NavLink } from 'react-router-dom';

import classes from './SubNav.module.css';

export function SubNav({ label, items }: { label: string; items: { label: string; to: string; end?: boolean }[] }) {
  return (
    <nav aria-label={label} className={classes.nav}>
      {items.map((item) => (
        <NavLink key={item.to} to={item.to} end={item.end} className={classes.link}>{item.label}</NavLink>
      ))}
    </nav>
  );
}
