// SPDX-License-Identifier: Apache-2.0
// Where a person can go, by audience. The server decides what they may do; this only leaves out what
// would be refused.
import type { IconName } from '../components/icons';
import type { Id, Role, User } from '../api/types';

export interface NavItem {
  label: string;
  to: string;
  icon: IconName;
  /** Highlighted only at exactly this address. */
  end?: boolean;
}

export interface Workspace {
  key: string;
  label: string;
  kind: 'practice' | 'developer' | 'operator';
  hint: string;
  home: string;
  items: NavItem[];
}

export function practiceNav(org: Id, role: Role | null): NavItem[] {
  const at = (path: string) => `/o/${org}${path}`;
  const items: NavItem[] = [
    { label: 'Overview', to: at(''), icon: 'overview', end: true },
    { label: 'Connections', to: at('/connections'), icon: 'connections' },
  ];
  if (role === 'limited') return items;
  items.push({ label: 'Apps', to: at('/apps'), icon: 'apps' });
  if (role !== null) items.push({ label: 'Patients', to: at('/patients'), icon: 'patients' });
  items.push({ label: 'Activity', to: at('/activity'), icon: 'activity' });
  if (role !== 'staff') items.push({ label: 'Settings', to: at('/settings'), icon: 'settings' });
  return items;
}

export const developerNav: NavItem[] = [
  { label: 'Overview', to: '/developer', icon: 'overview', end: true },
  { label: 'Organizations', to: '/developer/organizations', icon: 'organizations' },
  { label: 'Connections', to: '/developer/connections', icon: 'connections' },
  { label: 'API keys', to: '/developer/keys', icon: 'keys' },
  { label: 'Webhooks', to: '/developer/webhooks', icon: 'webhooks' },
  { label: 'Explorer', to: '/developer/explorer', icon: 'explorer' },
  { label: 'Sandbox', to: '/developer/sandbox', icon: 'sandbox' },
  { label: 'Usage', to: '/developer/usage', icon: 'usage' },
  { label: 'Logs', to: '/developer/logs', icon: 'logs' },
];

export const operatorNav: NavItem[] = [
  { label: 'Overview', to: '/operator', icon: 'overview', end: true },
  { label: 'Organizations', to: '/operator/organizations', icon: 'organizations' },
  { label: 'Commands', to: '/operator/commands', icon: 'commands' },
  { label: 'Quarantine', to: '/operator/quarantine', icon: 'quarantine' },
  { label: 'Logs', to: '/operator/logs', icon: 'logs' },
  { label: 'Backups', to: '/operator/backups', icon: 'backup' },
  { label: 'People', to: '/operator/users', icon: 'people' },
  { label: 'Audit trail', to: '/operator/audit', icon: 'audit' },
];

const roleWords: Record<Role, string> = { admin: 'Admin', staff: 'Staff', limited: 'Calendars only' };

export function workspaces(user: User): Workspace[] {
  const all: Workspace[] = user.memberships.map((m) => ({
    key: `o/${m.organization.id}`,
    label: m.organization.name,
    kind: 'practice',
    hint: roleWords[m.role],
    home: `/o/${m.organization.id}`,
    items: practiceNav(m.organization.id, m.role),
  }));
  if (user.developer) {
    all.push({ key: 'developer', label: 'Developer', kind: 'developer', hint: 'Apps and webhooks', home: '/developer', items: developerNav });
  }
  if (user.operator) {
    all.push({ key: 'operator', label: 'Operator', kind: 'operator', hint: 'This server', home: '/operator', items: operatorNav });
  }
  return all;
}

/** The workspace that an address lies in; null for pages of the account. */
export function workspaceAt(path: string, all: Workspace[], user: User, orgName?: string): Workspace | null {
  const org = /^\/o\/([^/]+)/.exec(path)?.[1];
  if (org !== undefined) {
    return (
      all.find((w) => w.key === `o/${org}`) ?? {
        key: `o/${org}`,
        label: orgName ?? 'Organization',
        kind: 'practice',
        hint: user.operator ? 'Seen as operator' : 'Seen as developer',
        home: `/o/${org}`,
        items: practiceNav(org, null),
      }
    );
  }
  return all.find((w) => w.kind !== 'practice' && (path === w.home || path.startsWith(`${w.home}/`))) ?? null;
}
