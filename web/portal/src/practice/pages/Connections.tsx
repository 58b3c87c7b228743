// SPDX-License-Identifier: Apache-2.0
// The systems this practice has connected.
import { Button } from '@mantine/core';
import { Link } from 'react-router-dom';

import { asApiError } from '../../api/client';
import { EmptyState } from '../../components/EmptyState';
import { PageHeader } from '../../components/PageHeader';
import { ErrorNote } from '../../components/PageStates';
import { ConnectionStateSentence } from '../../components/StateSentence';
import { TimeAgo } from '../../components/TimeAgo';
import { connectionsSentence, firstSentence } from '../logic/words';
import { useAt, useConnections, useOrg, useRights, useVendors } from '../parts/data';
import { RowLink, Rows, RowsLoading } from '../parts/Rows';

export default function Connections() {
  const org = useOrg();
  const at = useAt();
  const rights = useRights();
  const query = useConnections(org);
  const vendors = useVendors().data ?? [];
  const rows = query.data ?? [];
  const connect = rights.manage && <Button component={Link} to={at('/connections/new')}>Connect a system</Button>;
  return (
    <>
      <PageHeader title="Connections" sentence={query.data && rows.length > 0 && connectionsSentence(rows)} action={rows.length > 0 && connect} />
      {query.isPending && <RowsLoading />}
      {query.error && !query.data && <ErrorNote error={asApiError(query.error)} onRetry={() => void query.refetch()} />}
      {query.data && rows.length === 0 && (
        <EmptyState title="No system is connected yet" action={connect}>
          A connection links this practice to its practice management system, so that apps see the patients you choose.
          {!rights.manage && ' An admin of the practice can make one.'}
        </EmptyState>
      )}
      {rows.length > 0 && (
        <Rows label="Connections">
          {rows.map((c) => (
            <RowLink
              key={c.id} to={at(`/connections/${c.id}`)} name={c.name} detail={c.vendor_name ?? vendors.find((v) => v.id === c.vendor)?.name ?? c.vendor}
              state={<ConnectionStateSentence connection={{ ...c, cause: firstSentence(c.cause), since: undefined }} />}
              end={<>Last read <TimeAgo at={c.last_success_at} zone={c.time_zone} never="never" bare /></>}
            />
          ))}
        </Rows>
      )}
    </>
  );
}
