// SPDX-License-Identifier: Apache-2.0
// Who is signed in. Everything below <SessionGate> may call useSession(); a person without a session
// is sent to sign in and comes back to the same address.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo } from 'react';
import { Navigate, useLocation, useNavigate } from 'react-router-dom';

import { api, ApiError, asApiError, setCsrf, setOnSignedOut } from '../api/client';
import { keys } from '../api/keys';
import type { Id, Role, Session, User } from '../api/types';
import { PageError, PageLoading } from '../components/PageStates';
import { type Locale, spell, toLocale } from '../lib/locale';

const SessionContext = createContext<Session | null>(null);

/** null where nobody is signed in. */
export function useSessionQuery() {
  return useQuery<Session | null>({
    queryKey: keys.session,
    queryFn: async ({ signal }) => {
      try {
        const session = await api.get<Session>('/session', undefined, signal);
        setCsrf(session.csrf);
        return session;
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: 60_000,
    retry: 1,
  });
}

export function SessionGate({ children }: { children: ReactNode }) {
  const query = useSessionQuery();
  const location = useLocation();
  const navigate = useNavigate();
  const client = useQueryClient();
  useEffect(() => {
    setOnSignedOut(() => {
      client.setQueryData(keys.session, null);
      navigate('/sign-in', { state: { reason: 'expired' } });
    });
    return () => setOnSignedOut(() => undefined);
  }, [client, navigate]);

  if (query.isPending) return <PageLoading />;
  if (query.error) return <PageError error={asApiError(query.error)} onRetry={() => void query.refetch()} />;
  const session = query.data;
  const here = location.pathname + location.search;
  const next = here === '/' ? '' : `?next=${encodeURIComponent(here)}`;
  if (!session || session.state === 'second_factor_due') return <Navigate to={`/sign-in${next}`} replace />;
  if (session.state === 'enrol_due' && location.pathname !== '/enrol') return <Navigate to={`/enrol${next}`} replace />;
  return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>;
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession outside SessionGate');
  return session;
}

export function useUser(): User {
  return useSession().user;
}

export function useLocale(): Locale {
  const session = useContext(SessionContext);
  return toLocale(session?.user.locale);
}

/** Text in US spelling as the person spells it. */
export function useSpell(): (text: string) => string {
  const locale = useLocale();
  return useMemo(() => (text: string) => spell(text, locale), [locale]);
}

/** The person's role at an organization; null without one (an operator may still look). */
export function useRole(organization: Id | undefined): Role | null {
  const user = useUser();
  return user.memberships.find((m) => m.organization.id === organization)?.role ?? null;
}

/** Ends this session here and forgets everything that was read. */
export function useSignOut(): () => Promise<void> {
  const client = useQueryClient();
  const navigate = useNavigate();
  return async () => {
    try {
      await api.delete('/session');
    } finally {
      client.clear();
      navigate('/sign-in', { replace: true });
    }
  };
}
