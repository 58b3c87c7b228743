// SPDX-License-Identifier: Apache-2.0
// The foot of the navigation: what was noticed, and the person's own account.
import { Menu, UnstyledButton, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { Link, NavLink } from 'react-router-dom';

import { useNotifications } from '../api/queries';
import { Icon } from '../components/icons';
import classes from './Layout.module.css';
import { useSignOut, useUser } from './session';

export function AccountMenu({ onGo }: { onGo: () => void }) {
  const user = useUser();
  const signOut = useSignOut();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const unread = (useNotifications().data?.items ?? []).filter((n) => !n.read).length;
  const other = scheme === 'dark' ? 'light' : 'dark';
  return (
    <div className={classes.foot}>
      <NavLink to="/account/notifications" className={classes.link} onClick={onGo}>
        <Icon name="bell" />
        <span>Notifications</span>
        {unread > 0 && <span className={classes.badge}>{unread}<span className="visually-hidden"> unread</span></span>}
      </NavLink>
      <Menu position="top-start" width={220} shadow="md">
        <Menu.Target>
          <UnstyledButton className={classes.account}>
            <Icon name="account" />
            <span className={classes.switcherText}>
              <span className={classes.switcherLabel}>{user.name}</span>
              <span className={classes.switcherHint}>{user.email}</span>
            </span>
            <span className="visually-hidden">Your account</span>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item component={Link} to="/account" onClick={onGo} leftSection={<Icon name="settings" size={16} />}>Your account</Menu.Item>
          <Menu.Item leftSection={<Icon name={other === 'dark' ? 'moon' : 'sun'} size={16} />} onClick={() => setColorScheme(other)}>
            {other === 'dark' ? 'Dark theme' : 'Light theme'}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item leftSection={<Icon name="signout" size={16} />} onClick={() => void signOut()}>Sign out</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
