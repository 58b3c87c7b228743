// SPDX-License-Identifier: Apache-2.0
// A person's own account: who they are, how they sign in, where they are signed in, what they are
// told of. Three pages: /account, /account/security, /account/notifications.
import { Route, Routes } from 'react-router-dom';

import { NotFound } from '../app/Home';
import { SubNav } from '../components/SubNav';
import { NotificationsPage } from './AccountNotifications';
import { ProfilePage } from './AccountProfile';
import { SecurityPage } from './AccountSecurity';

export function AccountTabs() {
  return (
    <SubNav
      label="Your account"
      items={[
        { label: 'You', to: '/account', end: true },
        { label: 'Sign-in', to: '/account/security' },
        { label: 'Notifications', to: '/account/notifications' },
      ]}
    />
  );
}

export default function Account() {
  return (
    <Routes>
      <Route index element={<ProfilePage />} />
      <Route path="security" element={<SecurityPage />} />
      <Route path="notifications" element={<NotificationsPage />} />
      <Route path="*" element={<NotFound />} />
    </Routes>
  );
}
