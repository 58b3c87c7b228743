// SPDX-License-Identifier: Apache-2.0
// All connections of the developer's organizations with their states, what is wrong first.
import { Button, Select } from '@mantine/core';
import { Link } from 'react-router-dom';

import { asApiError } from '../../api/client';
import { listOf } from '../../api/queries';
import { useLocale, useSpell } from '../../app/session';
import { type Column, DataTable } from '../../components/DataTable';
import { EmptyState } from '../../components/EmptyState';
import { PageHeader } from '../../components/PageHeader';
import { ConnectionStateSentence } from '../../components/StateSentence';
import { TimeAgo } from '../../components/TimeAgo';
import { useParam, useSearchText } from '../../lib/hooks';
import { search } from '../../lib/search';
import { type PlacedConnection, useConnections, useOrganizations } from '../data';
import { connectionsSentence, inOrder } from '../lib/connections';

export default function Connections() {
  const locale = useLocale();
  const spell = useSpell();
  const organizations = useOrganizations();
  const connections = useConnections(organizations.data);
  const { text, setText } = useSearchText();
  const [organization, setOrganization] = useParam('organization');
  const [state, setState] = useParam('state');
  const error = organizations.error ? asApiError(organizations.error) : connections.error;
  const here = inOrder(connections.rows).filter(
    (row) => (!organization || row.organization.id === organization) && (!state || row.connection.state === state),
  );
  const columns: Column<PlacedConnection>[] = [
    { key: 'name', title: 'Connection', long: true, render: (row) => row.connection.name, sort: (row) => row.connection.name },
    { key: 'state', title: 'State', render: (row) => <ConnectionStateSentence connection={row.connection} />, sort: (row) => row.connection.state, width: '36%' },
    { key: 'organization', title: spell('Organization'), render: (row) => row.organization.name, sort: (row) => row.organization.name },
    { key: 'last', title: 'Last read', width: '150px', render: (row) => <TimeAgo at={row.connection.last_success_at} zone={row.connection.time_zone} />, sort: (row) => row.connection.last_success_at },
  ];
  const to = `/developer/connections/new${organization ? `?organization=${encodeURIComponent(organization)}` : ''}`;
  const submit = <Button component={Link} to={to}>Submit a connection</Button>;
  return (
    <>
      <PageHeader
        title="Connections"
        sentence={connections.loading ? undefined : connectionsSentence(connections.rows.map((row) => row.connection), locale)}
        action={connections.rows.length > 0 ? submit : undefined}
      />
      <DataTable
        label="Connections" one="connection" columns={columns} rowKey={(row) => row.connection.id}
        list={listOf(search(here, text, (row) => `${row.connection.name} ${row.organization.name} ${row.connection.vendor}`), {
          loading: !error && (organizations.isPending || connections.loading), error, retry: () => { void organizations.refetch(); connections.retry(); },
        })}
        to={(row) => `/o/${row.organization.id}/connections/${row.connection.id}`}
        search={{ text, setText, placeholder: 'Search by name or practice' }}
        filtered={organization !== '' || state !== ''}
        filters={
          <>
            <Select
              aria-label={spell('Organization')} placeholder={spell('All organizations')} value={organization || null} clearable searchable w={220}
              data={(organizations.data ?? []).map((o) => ({ value: o.id, label: o.name }))} onChange={(value) => setOrganization(value ?? '')}
              clearButtonProps={{ 'aria-label': spell('All organizations') }}
            />
            <Select
              aria-label="State" placeholder="All states" value={state || null} clearable w={160}
              data={[['pending', 'Pending'], ['connecting', 'Connecting'], ['active', 'Active'], ['attention', 'Attention'], ['paused', 'Paused'], ['revoked', 'Disconnected']].map(([value, label]) => ({ value: value!, label: label! }))}
              onChange={(value) => setState(value ?? '')} clearButtonProps={{ 'aria-label': 'All states' }}
            />
          </>
        }
        empty={
          <EmptyState title="No connection yet" action={submit}>
            A connection links a practice to its system. Submit the system’s address and credentials: they are tried at once, and you are told here and by e-mail if they stop working.
          </EmptyState>
        }
      />
    </>
  );
}
