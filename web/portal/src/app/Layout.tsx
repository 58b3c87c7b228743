// SPDX-License-Identifier: Apache-2.0
// The frame of every page of a signed-in person: navigation at the left (a drawer on a phone), and
// the page. Tells screen readers what arrives, and moves the focus to the page on a new address.
import { Burger, Drawer, Menu, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import { Link, NavLink, Outlet, ScrollRestoration, useLocation } from 'react-router-dom';

import { useOrganizationName } from '../api/queries';
import { Icon, Mark } from '../components/icons';
import { AccountMenu } from './AccountMenu';
import { LAST } from './Home';
import classes from './Layout.module.css';
import { LiveRegion } from './live';
import { type Workspace, workspaceAt, workspaces } from './nav';
import { useSession, useSpell } from './session';

function Switcher({ current, all, onGo }: { current: Workspace | null; all: Workspace[]; onGo: () => void }) {
  const spell = useSpell();
  const label = current ? spell(current.label) : 'Your account';
  const hint = current?.hint ?? '';
  if (all.length < 2 && current && all[0]?.key === current.key) {
    return (
      <div className={classes.switcher} data-still>
        <span className={classes.switcherText}>
          <span className={classes.switcherLabel}>{label}</span>
          <span className={classes.switcherHint}>{hint}</span>
        </span>
      </div>
    );
  }
  return (
    <Menu position="bottom-start" width={248} shadow="md">
      <Menu.Target>
        <UnstyledButton className={classes.switcher}>
          <span className={classes.switcherText}>
            <span className={classes.switcherLabel}>{label}</span>
            <span className={classes.switcherHint}>{hint}</span>
          </span>
          <span className="visually-hidden">{spell('Switch to another organization')}</span>
          <Icon name="updown" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown className={classes.switcherMenu}>
        {all.map((w) => (
          <Menu.Item
            key={w.key} component={Link} to={w.home} onClick={onGo}
            rightSection={w.key === current?.key ? <Icon name="check" size={16} /> : null}
          >
            <span className={classes.switcherLabel}>{spell(w.label)}</span>
            <span className={classes.switcherHint}>{w.hint}</span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Navigation({ onGo }: { onGo: () => void }) {
  const { user } = useSession();
  const { pathname } = useLocation();
  const spell = useSpell();
  const all = workspaces(user);
  const org = /^\/o\/([^/]+)/.exec(pathname)?.[1];
  const member = user.memberships.some((m) => m.organization.id === org);
  const orgName = useOrganizationName(org, org !== undefined && !member);
  const found = workspaceAt(pathname, all, user, orgName);
  // On the pages of the account the navigation of the last workspace stays.
  const last = all.find((w) => w.key === localStorage.getItem(LAST)) ?? all[0] ?? null;
  const current = found ?? last;
  const key = found?.key;
  useEffect(() => {
    if (key) localStorage.setItem(LAST, key);
  }, [key]);
  return (
    <div className={classes.navInner}>
      <Switcher current={current} all={all} onGo={onGo} />
      <nav aria-label="Main" className={classes.links}>
        {current?.items.map((item) => (
          <NavLink key={item.to} to={item.to} end={item.end} className={classes.link} onClick={onGo}>
            <Icon name={item.icon} />
            <span>{spell(item.label)}</span>
          </NavLink>
        ))}
      </nav>
      <AccountMenu onGo={onGo} />
    </div>
  );
}

export function Layout() {
  const { demo, development } = useSession();
  const [opened, { open, close }] = useDisclosure(false);
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return (
    <div className={classes.frame}>
      <a href="#main" className={classes.skip}>Skip to the page</a>
      <header className={classes.phoneBar}>
        <Burger opened={opened} onClick={open} size="sm" aria-label="Open the navigation" />
        <Link to="/" className={classes.brand} aria-label="Pons, overview"><Mark size={22} /> Pons</Link>
      </header>
      <aside className={classes.nav}>
        <div className={classes.navStays}>
          <Link to="/" className={classes.brand} aria-label="Pons, overview"><Mark size={24} /> Pons</Link>
          <Navigation onGo={() => undefined} />
        </div>
      </aside>
      <Drawer opened={opened} onClose={close} size="17.5rem" title={<span className={classes.brand}><Mark size={22} /> Pons</span>} classNames={{ body: classes.drawerBody }}>
        <Navigation onGo={close} />
      </Drawer>
      <main id="main" ref={main} tabIndex={-1} className={classes.main}>
        {demo && <p className={classes.banner} data-tone="accent">This is a demo with made-up people. Nothing here reaches a real practice.</p>}
        {development && !demo && (
          <p className={classes.banner}>Development mode: the second factor may be skipped. Do not use this server for real patients.</p>
        )}
        <Outlet />
      </main>
      <LiveRegion />
      <ScrollRestoration />
    </div>
  );
}
