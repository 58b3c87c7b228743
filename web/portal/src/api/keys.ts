// SPDX-License-Identifier: Apache-2.0
// Names of what TanStack Query keeps. A key begins with the address it was read from, so that
// invalidating ['organizations', org] refreshes everything below it.
import type { Id } from './types';

type Filter = Record<string, unknown>;

export const keys = {
  session: ['session'] as const,
  sessions: ['sessions'] as const,
  notifications: ['notifications'] as const,
  notificationSettings: ['account', 'notifications'] as const,
  invitation: (token: string) => ['invitations', token] as const,

  vendors: ['vendors'] as const,
  organizations: ['organizations'] as const,
  organization: (org: Id) => ['organizations', org] as const,
  members: (org: Id) => ['organizations', org, 'members'] as const,
  orgConnections: (org: Id) => ['organizations', org, 'connections'] as const,
  orgGrants: (org: Id) => ['organizations', org, 'grants'] as const,
  orgPatients: (org: Id, f: Filter = {}) => ['organizations', org, 'patients', f] as const,
  orgAudit: (org: Id, f: Filter = {}) => ['organizations', org, 'audit', f] as const,

  connection: (id: Id) => ['connections', id] as const,
  directory: (id: Id) => ['connections', id, 'directory'] as const,
  activity: (id: Id, f: Filter = {}) => ['connections', id, 'activity', f] as const,
  quarantine: (id: Id) => ['connections', id, 'quarantine'] as const,
  commands: (id: Id) => ['connections', id, 'commands'] as const,

  grant: (id: Id) => ['grants', id] as const,
  grantPreview: (id: Id, rules: unknown) => ['grants', id, 'preview', rules] as const,
  patient: (id: Id) => ['patients', id] as const,

  apps: ['apps'] as const,
  app: (id: Id) => ['apps', id] as const,
  usage: (id: Id, days: number) => ['apps', id, 'usage', days] as const,
  webhooks: (app: Id) => ['apps', app, 'webhooks'] as const,
  deliveries: (webhook: Id, f: Filter = {}) => ['webhooks', webhook, 'deliveries', f] as const,
  delivery: (webhook: Id, n: Id) => ['webhooks', webhook, 'deliveries', n] as const,
  sandboxes: ['sandboxes'] as const,

  operatorOverview: ['operator', 'overview'] as const,
  operatorQuarantine: ['operator', 'quarantine'] as const,
  operatorCommands: (f: Filter = {}) => ['operator', 'commands', f] as const,
  operatorCommand: (id: Id) => ['operator', 'commands', id] as const,
  operatorLogs: (f: Filter = {}) => ['operator', 'logs', f] as const,
  operatorAudit: (f: Filter = {}) => ['operator', 'audit', f] as const,
  backups: ['operator', 'backups'] as const,
  operatorUsers: ['operator', 'users'] as const,
};
