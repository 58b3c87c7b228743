// SPDX-License-Identifier: Apache-2.0
// Reads that several areas share, and useList(), which pages through any list of the server.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';

import { api, type ApiError, asApiError, type Query } from './client';
import { keys } from './keys';
import type { Id, Notification, Organization, Page } from './types';

/** What DataTable shows: rows so far, and how to get more. */
export interface List<T> {
  rows: T[];
  total: number | undefined;
  loading: boolean;
  /** Rows of the former question are still shown while the next answer is awaited. */
  stale: boolean;
  error: ApiError | null;
  hasMore: boolean;
  loadingMore: boolean;
  loadMore: () => void;
  retry: () => void;
}

/** The server answers {items,next,total}; short lists may come as a plain array. */
export function asPage<T>(answer: Page<T> | T[]): Page<T> {
  return Array.isArray(answer) ? { items: answer, next: null, total: answer.length } : answer;
}

export interface ListOptions {
  enabled?: boolean;
  refetchInterval?: number;
}

/** Pages through `path` by cursor. `key` is what it is kept under (src/api/keys.ts). */
export function useList<T>(key: readonly unknown[], path: string, query: Query = {}, options: ListOptions = {}): List<T> {
  const result = useInfiniteQuery({
    queryKey: [...key, 'list', query],
    queryFn: async ({ pageParam, signal }) =>
      asPage(await api.get<Page<T> | T[]>(path, { ...query, cursor: pageParam }, signal)),
    initialPageParam: null as string | null,
    getNextPageParam: (last: Page<T>) => last.next ?? undefined,
    placeholderData: (before) => before,
    enabled: options.enabled,
    refetchInterval: options.refetchInterval,
  });
  const rows = useMemo(() => result.data?.pages.flatMap((page) => page.items) ?? [], [result.data]);
  return {
    rows,
    total: result.data?.pages[0]?.total,
    loading: result.isPending,
    stale: result.isPlaceholderData,
    error: result.error ? asApiError(result.error) : null,
    hasMore: result.hasNextPage,
    loadingMore: result.isFetchingNextPage,
    loadMore: () => {
      if (result.hasNextPage && !result.isFetchingNextPage) void result.fetchNextPage();
    },
    retry: () => void result.refetch(),
  };
}

/** Rows that are already here, as DataTable wants them. */
export function listOf<T>(rows: T[], state: Partial<List<T>> = {}): List<T> {
  return {
    rows, total: rows.length, loading: false, stale: false, error: null,
    hasMore: false, loadingMore: false, loadMore: () => undefined, retry: () => undefined, ...state,
  };
}

export function useOrganization(org: Id, options: { enabled?: boolean; refetchInterval?: number } = {}) {
  return useQuery({
    queryKey: keys.organization(org),
    queryFn: ({ signal }) => api.get<Organization>(`/organizations/${org}`, undefined, signal),
    ...options,
  });
}

export function useOrganizationName(org: Id | undefined, enabled: boolean): string | undefined {
  return useOrganization(org ?? '', { enabled: enabled && org !== undefined }).data?.name;
}

export function useNotifications() {
  return useQuery({
    queryKey: keys.notifications,
    queryFn: async ({ signal }) => asPage(await api.get<Page<Notification>>('/notifications', undefined, signal)),
    refetchInterval: 60_000,
    retry: false,
  });
}
