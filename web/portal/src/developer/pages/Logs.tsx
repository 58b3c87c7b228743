// SPDX-License-Identifier: Apache-2.0
// Each request that an app made and what it was answered, the newest first. No patient's name is here.
import { Select } from '@mantine/core';

import { asApiError } from '../../api/client';
import { type List, useList } from '../../api/queries';
import { type Column, DataTable } from '../../components/DataTable';
import { EmptyState } from '../../components/EmptyState';
import { PageHeader } from '../../components/PageHeader';
import { ErrorNote, PageLoading } from '../../components/PageStates';
import { StateSentence } from '../../components/StateSentence';
import { TimeAgo } from '../../components/TimeAgo';
import { useParam, useSearchText } from '../../lib/hooks';
import { type RequestRow, useApps } from '../data';
import { statusText } from '../lib/webhooks';

const columns: Column<RequestRow>[] = [
  { key: 'what', title: 'Request', long: true, width: '34%', render: (row) => <span style={{ overflowWrap: 'anywhere' }}>{[row.action, row.object].filter(Boolean).join(' ')}</span> },
  {
    key: 'status', title: 'Answer', width: '220px',
    render: (row) => {
      const status = row.status ?? 200;
      return <StateSentence tone={status < 400 ? 'ok' : status < 500 ? 'attention' : 'failed'}>{status < 400 ? `${status} given` : statusText(status)}</StateSentence>;
    },
  },
  { key: 'records', title: 'Records', numeric: true, width: '100px', render: (row) => row.records ?? '–', phone: 'hide' },
  { key: 'reference', title: 'Reference', render: (row) => (row.reference ? <code style={{ overflowWrap: 'anywhere' }}>{row.reference}</code> : '–') },
  { key: 'at', title: 'When', width: '150px', render: (row) => <TimeAgo at={row.at} /> },
];

function Requests({ app, filters }: { app: string; filters: React.ReactNode }) {
  const { text, setText, asked } = useSearchText();
  const [outcome, setOutcome] = useParam('outcome');
  const list: List<RequestRow> = useList<RequestRow>(['apps', app, 'requests'], `/apps/${app}/requests`, { q: asked, outcome }, { refetchInterval: 5_000 });
  return (
    <DataTable
      label="Requests" one="request" columns={columns} list={list} rowKey={(row) => String(row.seq ?? `${row.at} ${row.reference ?? ''} ${row.action} ${row.object ?? ''}`)}
      search={{ text, setText, placeholder: 'Search by type, id or reference' }} filtered={outcome !== ''}
      filters={
        <>
          {filters}
          <Select aria-label="Answer" data={[{ value: '', label: 'All answers' }, { value: 'ok', label: 'Given' }, { value: 'refused', label: 'Refused' }]} value={outcome} onChange={(value) => setOutcome(value ?? '')} allowDeselect={false} w={150} />
        </>
      }
      empty={<EmptyState title="No request yet">Each request of this app appears here with its answer and the reference that support asks for.</EmptyState>}
    />
  );
}

export default function Logs() {
  const apps = useApps();
  const [id, setId] = useParam('app');
  const app = apps.data?.find((a) => a.id === id) ?? apps.data?.[0];
  if (apps.isPending) return <PageLoading />;
  return (
    <>
      <PageHeader title="Logs" sentence="What your app asked, and what it was answered. No patient’s name is here." />
      {apps.error && <ErrorNote error={asApiError(apps.error)} onRetry={() => void apps.refetch()} />}
      {apps.data && !app && <EmptyState title="No app yet">Make an app first; its requests appear here.</EmptyState>}
      {app && (
        <Requests
          key={app.id} app={app.id}
          filters={(apps.data?.length ?? 0) > 1 ? <Select aria-label="App" data={(apps.data ?? []).map((a) => ({ value: a.id, label: a.name }))} value={app.id} onChange={(value) => setId(value ?? '')} allowDeselect={false} searchable w={200} /> : null}
        />
      )}
    </>
  );
}
