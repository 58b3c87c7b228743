// SPDX-License-Identifier: Apache-2.0
// What the practice's pages read, and who may change it.
import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useParams } from 'react-router-dom';

import { useRole, useUser } from '../../app/session';
import { api, asApiError } from '../../api/client';
import { keys } from '../../api/keys';
import { asPage } from '../../api/queries';
import type { AppLocation, Connection, ConnectionSummary, Directory, Grant, Id, Page, Vendor } from '../../api/types';

export function useOrg(): Id {
  return useParams().org ?? '';
}

/** The address of a page of this practice. */
export function useAt(): (path?: string) => string {
  const org = useOrg();
  return useCallback((path = '') => `/o/${org}${path}`, [org]);
}

export interface Rights {
  /** Connections, apps, filters, members. */
  manage: boolean;
  /** Patients, and what travelled. */
  patients: boolean;
  activity: boolean;
}

/** The server decides; this only leaves out what it would refuse. */
export function useRights(): Rights {
  const role = useRole(useOrg());
  const user = useUser();
  const manage = role === 'admin' || (role === null && (user.operator || user.developer));
  return { manage, patients: role === 'admin' || role === 'staff', activity: role !== 'limited' };
}

export function useVendors() {
  return useQuery({
    queryKey: keys.vendors,
    queryFn: async ({ signal }) => asPage(await api.get<Page<Vendor> | Vendor[]>('/vendors', undefined, signal)).items,
    staleTime: 10 * 60_000,
  });
}

export function useConnections(org: Id, options: { enabled?: boolean } = {}) {
  return useQuery({
    queryKey: keys.orgConnections(org),
    queryFn: async ({ signal }) =>
      asPage(await api.get<Page<ConnectionSummary>>(`/organizations/${org}/connections`, { limit: 200 }, signal)).items,
    refetchInterval: 10_000,
    ...options,
  });
}

/** Asked often while something is under way, seldom otherwise. */
export function useConnection(id: Id, options: { enabled?: boolean } = {}) {
  return useQuery({
    queryKey: keys.connection(id),
    queryFn: ({ signal }) => api.get<Connection>(`/connections/${id}`, undefined, signal),
    refetchInterval: (query) => {
      const state = query.state.data?.state;
      return state === 'connecting' || state === 'pending' ? 2_000 : 10_000;
    },
    ...options,
  });
}

export function useDirectory(connection: Id, options: { enabled?: boolean } = {}) {
  return useQuery({
    queryKey: keys.directory(connection),
    queryFn: ({ signal }) => api.get<Directory>(`/connections/${connection}/directory`, undefined, signal),
    ...options,
  });
}

export function useGrants(org: Id, options: { enabled?: boolean } = {}) {
  return useQuery({
    queryKey: keys.orgGrants(org),
    queryFn: async ({ signal }) =>
      asPage(await api.get<Page<Grant>>(`/organizations/${org}/grants`, { limit: 200 }, signal)).items,
    ...options,
  });
}

export interface KnownApp {
  id: Id;
  name: string;
  description?: string;
  locations?: AppLocation[];
}

/** The apps that may be chosen. Where the server lists none to this person, they type its id. */
async function appsFor(org: Id, signal: AbortSignal): Promise<KnownApp[]> {
  for (const path of [`/organizations/${org}/apps`, '/apps']) {
    try {
      const items = asPage(await api.get<Page<KnownApp> | KnownApp[]>(path, { limit: 200 }, signal)).items;
      if (items.length > 0) return items;
    } catch (error) {
      const status = asApiError(error).status;
      if (status !== 403 && status !== 404) throw error;
    }
  }
  return [];
}

export function useKnownApps(org: Id, options: { enabled?: boolean } = {}) {
  return useQuery({
    queryKey: ['organizations', org, 'apps'],
    queryFn: ({ signal }) => appsFor(org, signal),
    retry: false,
    ...options,
  });
}

/** Links in answers are addresses of the portal, with or without its prefix. */
export function localLink(link: string): string {
  return link.replace(/^\/portal(?=\/)/, '') || '/';
}
