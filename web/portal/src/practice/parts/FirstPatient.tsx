// SPDX-License-Identifier: Apache-2.0
// After an app was connected: what to do to see it work, and the moment at which it does. Says that a
// patient arrived, never which.
import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Link } from 'react-router-dom';

import { api } from '../../api/client';
import { keys } from '../../api/keys';
import { asPage } from '../../api/queries';
import type { ActivityItem, Grant, Page } from '../../api/types';
import { announce } from '../../app/live';
import { StateSentence } from '../../components/StateSentence';
import { useAt, useRights } from './data';
import classes from './practice.module.css';

export function FirstPatient({ grant, vendor, since }: { grant: Grant; vendor: string; since: string }) {
  const at = useAt();
  const rights = useRights();
  const query = useQuery({
    queryKey: [...keys.activity(grant.connection.id), 'first', since],
    queryFn: async ({ signal }) => asPage(await api.get<Page<ActivityItem>>(`/connections/${grant.connection.id}/activity`, { limit: 20 }, signal)).items,
    // Visits are noticed within a second to a minute, as the way allows.
    refetchInterval: (q) => (outcomeOf(q.state.data, since) === 'shared' ? false : 2_000),
    retry: false,
    enabled: rights.activity,
  });
  const outcome = outcomeOf(query.data, since);
  useEffect(() => {
    if (outcome === 'shared') announce(`The first patient has arrived in ${grant.app.name}.`);
  }, [outcome, grant.app.name]);
  return (
    <div className={classes.box} style={{ marginBottom: 24 }} role="status">
      {outcome === 'shared' ? (
        <>
          <StateSentence tone="ok" size="md">The first patient has arrived in {grant.app.name}</StateSentence>
          <Text size="sm" c="dimmed" mt={4}>Everything works. <Link to={at('/activity')} style={{ color: 'var(--pons-accent)' }}>Activity</Link> shows what travels from now on.</Text>
        </>
      ) : (
        <>
          <StateSentence tone="running" size="md">Waiting for the first patient</StateSentence>
          <Text size="sm" c="dimmed" mt={4}>
            {outcome === 'not_shared'
              ? <>A visit started and was not shared, because the filters below do not match it. <Link to={at('/activity')} style={{ color: 'var(--pons-accent)' }}>Activity</Link> says which.</>
              : `Start a visit in ${vendor}, of a patient who matches the filters below. It is seen here within a minute.`}
          </Text>
        </>
      )}
    </div>
  );
}

function outcomeOf(items: ActivityItem[] | undefined, since: string): 'shared' | 'not_shared' | null {
  const fresh = (items ?? []).filter((i) => Date.parse(i.at) >= Date.parse(since));
  if (fresh.some((i) => i.outcome === 'shared')) return 'shared';
  return fresh.some((i) => i.outcome === 'not_shared') ? 'not_shared' : null;
}
