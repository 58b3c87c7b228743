// SPDX-License-Identifier: Apache-2.0
// What the developer's pages read, and the members that only they use.
import { useQueries, useQuery } from '@tanstack/react-query';

import { api, type ApiError, asApiError } from '../api/client';
import { keys } from '../api/keys';
import { asPage } from '../api/queries';
import type {
  App, AppSecret, ConnectionSummary, Delivery, DeliveryDetail, Id, Instant, OrganizationSummary, Page, Sandbox, Usage, UsagePoint, Webhook, WebhookSecretMade,
} from '../api/types';

export interface DeveloperApp extends App {
  disabled?: boolean;
  secrets?: AppSecret[];
}

export interface DeveloperWebhook extends Webhook {
  cause?: string | null;
  failed?: number;
  app?: Id;
}

export interface Attempt {
  at: Instant;
  status?: number | null;
  error?: string | null;
  latency_ms?: number | null;
  response_excerpt?: string | null;
}

export interface DeliveryRow extends Delivery {
  event_id?: string;
}

export interface DeliveryFull extends DeliveryDetail {
  event_id?: string;
  attempt_log?: Attempt[];
}

export interface RotatedSecret extends WebhookSecretMade {
  old_valid_until?: Instant | null;
}

export interface DeveloperSandbox extends Sandbox {
  cause?: string;
  organization?: Id;
  name?: string;
}

/** One request that an app made, as the audit trail has it. */
export interface RequestRow {
  seq?: number;
  at: Instant;
  /** read, search, create … */
  action: string;
  /** The type, and the id where there was one. */
  object?: string;
  status?: number;
  outcome?: string;
  records?: number;
  reference?: string;
}

export interface UsageAnswer extends Usage {
  points: UsagePoint[];
}

export function useApps() {
  return useQuery({
    queryKey: keys.apps,
    queryFn: async ({ signal }) => asPage(await api.get<Page<DeveloperApp> | DeveloperApp[]>('/apps', undefined, signal)).items,
  });
}

export function useApp(id: Id) {
  return useQuery({ queryKey: keys.app(id), queryFn: ({ signal }) => api.get<DeveloperApp>(`/apps/${id}`, undefined, signal) });
}

interface Joined<T> {
  rows: T[];
  loading: boolean;
  error: ApiError | null;
  retry: () => void;
}

/** The webhooks of all the developer's apps. */
export function useWebhooks(apps: DeveloperApp[] | undefined): Joined<{ app: DeveloperApp; hook: DeveloperWebhook }> {
  const results = useQueries({
    queries: (apps ?? []).map((app) => ({
      queryKey: keys.webhooks(app.id),
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        asPage(await api.get<Page<DeveloperWebhook> | DeveloperWebhook[]>(`/apps/${app.id}/webhooks`, undefined, signal)).items,
      refetchInterval: 15_000,
    })),
  });
  return joined(results, (apps ?? []).map((app) => (hook: DeveloperWebhook) => ({ app, hook })), apps === undefined);
}

export function useOrganizations() {
  return useQuery({
    queryKey: keys.organizations,
    queryFn: async ({ signal }) => asPage(await api.get<Page<OrganizationSummary> | OrganizationSummary[]>('/organizations', undefined, signal)).items,
  });
}

export interface PlacedConnection {
  organization: OrganizationSummary;
  connection: ConnectionSummary;
}

/** The connections of all organizations that the developer may see. */
export function useConnections(organizations: OrganizationSummary[] | undefined): Joined<PlacedConnection> {
  const results = useQueries({
    queries: (organizations ?? []).map((organization) => ({
      queryKey: keys.orgConnections(organization.id),
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        asPage(await api.get<Page<ConnectionSummary> | ConnectionSummary[]>(`/organizations/${organization.id}/connections`, undefined, signal)).items,
      refetchInterval: 10_000,
    })),
  });
  return joined(results, (organizations ?? []).map((organization) => (connection: ConnectionSummary) => ({ organization, connection })), organizations === undefined);
}

export function useUsage(app: Id | undefined, days: number) {
  return useQuery({
    queryKey: keys.usage(app ?? '', days),
    queryFn: ({ signal }) => api.get<UsageAnswer>(`/apps/${app}/usage`, { days }, signal),
    enabled: app !== undefined && app !== '',
  });
}

export function useSandboxes(options: { enabled?: boolean; refetchInterval?: number } = {}) {
  return useQuery({
    queryKey: keys.sandboxes,
    queryFn: async ({ signal }) => asPage(await api.get<Page<DeveloperSandbox> | DeveloperSandbox[]>('/sandboxes', undefined, signal)).items,
    retry: false,
    ...options,
  });
}

/** What several answers hold, as one list. One that failed fails the whole: half a list would mislead. */
function joined<A, B>(
  results: { data: A[] | undefined; isPending: boolean; error: Error | null; refetch: () => unknown }[],
  wrap: ((row: A) => B)[],
  waiting: boolean,
): Joined<B> {
  const failed = results.find((r) => r.error && r.data === undefined);
  return {
    rows: results.flatMap((r, n) => (r.data ?? []).map((row) => wrap[n]!(row))),
    loading: waiting || results.some((r) => r.isPending && !r.error),
    error: failed?.error ? asApiError(failed.error) : null,
    retry: () => results.forEach((r) => void r.refetch()),
  };
}
