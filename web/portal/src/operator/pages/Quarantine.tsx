// SPDX-License-Identifier: Apache-2.0
// Rows of practices' systems that could not be read, each with its reason. The rest goes on.
import { Select } from '@mantine/core';

import { keys } from '../../api/keys';
import { useList } from '../../api/queries';
import type { QuarantineItem } from '../../api/types';
import { useLocale } from '../../app/session';
import { type Column, DataTable } from '../../components/DataTable';
import { EmptyState } from '../../components/EmptyState';
import { PageHeader } from '../../components/PageHeader';
import { TimeAgo } from '../../components/TimeAgo';
import { useParam, useSearchText } from '../../lib/hooks';
import { count } from '../../lib/locale';
import { search } from '../../lib/search';

type Row = Omit<QuarantineItem, 'connection'> & { connection?: { id: string; name: string } | string; vendor_id?: string; field?: string; first_seen_at?: string };

const place = (row: Row): string => (typeof row.connection === 'string' ? row.connection : row.connection?.name) ?? '–';

const columns: Column<Row>[] = [
  { key: 'what', title: 'Row', long: true, width: '22%', render: (row) => <>{row.stream}{row.vendor_id && <> <code>{row.vendor_id}</code></>}</> },
  { key: 'reason', title: 'Why', long: true, width: '40%', render: (row) => <>{row.field && <><code>{row.field}</code>: </>}{row.reason}</>, sort: (row) => row.reason },
  { key: 'connection', title: 'Connection', render: place, sort: place },
  { key: 'at', title: 'First seen', width: '150px', render: (row) => <TimeAgo at={row.first_seen_at ?? row.at} />, sort: (row) => row.first_seen_at ?? row.at },
];

export default function Quarantine() {
  const locale = useLocale();
  const { text, setText } = useSearchText();
  const [connection, setConnection] = useParam('connection');
  const list = useList<Row>(keys.operatorQuarantine, '/operator/quarantine', {}, { refetchInterval: 15_000 });
  const names = [...new Set(list.rows.map(place))].sort();
  const rows = search(list.rows, text, (row) => `${row.stream} ${row.vendor_id ?? ''} ${row.field ?? ''} ${row.reason} ${place(row)}`).filter((row) => !connection || place(row) === connection);
  const filtered = connection !== '' || text !== '';
  const n = list.total ?? list.rows.length;
  return (
    <>
      <PageHeader
        title="Quarantine"
        sentence={list.loading || list.error ? undefined : n === 0 ? 'Every row could be read.' : `${count(n, 'row', locale)} could not be read. Each is tried again whenever it changes; all others go on.`}
      />
      <DataTable
        label="Quarantine" one="row" columns={columns} list={{ ...list, rows, total: filtered ? rows.length : list.total }} rowKey={(row) => row.id ?? `${place(row)} ${row.stream} ${row.vendor_id ?? ''} ${row.field ?? ''}`}
        search={{ text, setText, placeholder: 'Search by reason, field or number' }} filtered={connection !== ''}
        filters={names.length > 1 || connection ? <Select aria-label="Connection" placeholder="All connections" clearable searchable w={240} data={names} value={connection || null} onChange={(value) => setConnection(value ?? '')} clearButtonProps={{ 'aria-label': 'All connections' }} /> : undefined}
        empty={<EmptyState title="Nothing is in quarantine">A row of a practice’s system that makes no sense, such as a birth date in the future, is put aside here with its reason, so that one bad row never holds up the others.</EmptyState>}
      />
    </>
  );
}
