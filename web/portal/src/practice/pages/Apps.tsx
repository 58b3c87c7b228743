// SPDX-License-Identifier: Apache-2.0
// The apps this practice has let in, and what each may see.
import { Button, Switch } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router-dom';

import { asApiError } from '../../api/client';
import type { Grant } from '../../api/types';
import { EmptyState } from '../../components/EmptyState';
import { PageHeader } from '../../components/PageHeader';
import { ErrorNote } from '../../components/PageStates';
import { StateSentence } from '../../components/StateSentence';
import { count } from '../../lib/locale';
import { grantSentence } from '../logic/words';
import { useAt, useConnections, useGrants, useOrg, useRights } from '../parts/data';
import { RowLink, Rows, RowsLoading } from '../parts/Rows';

export function filtersSentence(grant: Grant) {
  const words = grantSentence(grant);
  const sharing = !grant.revoked && grant.switches.patients_in;
  if (!sharing) return <StateSentence tone="off">{words}</StateSentence>;
  return <StateSentence tone="ok" cause={words.charAt(0).toLowerCase() + words.slice(1)}>Shared</StateSentence>;
}

export default function Apps() {
  const org = useOrg();
  const at = useAt();
  const rights = useRights();
  const query = useGrants(org);
  const connections = useConnections(org);
  const [former, setFormer] = useState(false);
  const all = query.data ?? [];
  const live = all.filter((g) => !g.revoked);
  const shown = former ? all : live;
  const none = connections.data?.length === 0;
  const connect = rights.manage && (none
    ? <Button component={Link} to={at('/connections/new')}>Connect a system</Button>
    : <Button component={Link} to={at('/apps/new')}>Connect an app</Button>);
  return (
    <>
      <PageHeader
        title="Apps" action={live.length > 0 && connect}
        sentence={live.length > 0 && `${count(live.length, 'app')} may see patients or calendars of this practice. You can stop each of them at once.`}
      />
      {query.isPending && <RowsLoading />}
      {query.error && !query.data && <ErrorNote error={asApiError(query.error)} onRetry={() => void query.refetch()} />}
      {query.data && live.length === 0 && (
        <EmptyState title="No app sees anything" action={connect}>
          {none ? 'Connect your practice management system first; then you can choose an app and whose patients it may see.' : 'Choose an app, and whose patients it may see.'}
        </EmptyState>
      )}
      {shown.length > 0 && (
        <div style={{ marginTop: live.length === 0 ? 16 : 0 }}>
          <Rows label="Apps">
            {shown.map((g) => <RowLink key={g.id} to={at(`/apps/${g.id}`)} name={g.app.name} detail={g.connection.name} state={filtersSentence(g)} />)}
          </Rows>
        </div>
      )}
      {all.length > live.length && (
        <Switch mt="md" label={`Show ${count(all.length - live.length, 'app')} stopped before`} checked={former} onChange={(e) => setFormer(e.currentTarget.checked)} />
      )}
    </>
  );
}
