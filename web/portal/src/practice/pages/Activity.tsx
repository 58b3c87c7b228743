// SPDX-License-Identifier: Apache-2.0
// What travelled, when, to whom, and why something did not.
import { Select, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Link, useSearchParams } from 'react-router-dom';
import { useState } from 'react';

import { asApiError } from '../../api/client';
import { keys } from '../../api/keys';
import { useList } from '../../api/queries';
import type { ActivityItem, ConnectionSummary } from '../../api/types';
import { type Column, DataTable } from '../../components/DataTable';
import { EmptyState } from '../../components/EmptyState';
import { PageHeader } from '../../components/PageHeader';
import { ErrorNote, PageLoading } from '../../components/PageStates';
import { StateSentence } from '../../components/StateSentence';
import { TimeAgo } from '../../components/TimeAgo';
import { ACTIVITY_KINDS, outcomeCause, outcomeWord } from '../logic/words';
import { useAt, useConnections, useOrg, useRights } from '../parts/data';

export default function Activity() {
  const org = useOrg();
  const connections = useConnections(org);
  const [params, setParams] = useSearchParams();
  const rows = connections.data ?? [];
  const chosen = rows.find((c) => c.id === params.get('connection')) ?? rows[0];
  if (connections.isPending) return <PageLoading />;
  return (
    <>
      <PageHeader title="Activity" sentence="What travelled between your system and the apps, and why something did not. Newest first." />
      {!connections.data && <ErrorNote error={asApiError(connections.error)} onRetry={() => void connections.refetch()} />}
      {connections.data && !chosen && <EmptyState title="Nothing has travelled yet">Activity appears here when a system is connected and a visit starts.</EmptyState>}
      {chosen && (
        <Table
          key={chosen.id} connection={chosen} kind={params.get('kind') ?? ''}
          onKind={(kind) => setParams((p) => { if (kind) p.set('kind', kind); else p.delete('kind'); return p; }, { replace: true })}
          picker={rows.length > 1 && (
            <Select
              aria-label="Connection" value={chosen.id} data={rows.map((c) => ({ value: c.id, label: c.name }))} allowDeselect={false} w={240}
              onChange={(id) => setParams((p) => { p.set('connection', id ?? ''); return p; }, { replace: true })}
            />
          )}
        />
      )}
    </>
  );
}

function Table({ connection, kind, onKind, picker }: {
  connection: ConnectionSummary; kind: string; onKind: (kind: string) => void; picker: React.ReactNode;
}) {
  const at = useAt();
  const rights = useRights();
  // What is searched for may be a patient's name: it is never part of the page's address.
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text, 250);
  const list = useList<ActivityItem>(keys.activity(connection.id), `/connections/${connection.id}/activity`, { q: q.trim(), kind, limit: 50 }, { refetchInterval: 5_000 });
  const columns: Column<ActivityItem>[] = [
    { key: 'at', title: 'When', width: '140px', render: (r) => <TimeAgo at={r.at} zone={connection.time_zone} /> },
    {
      key: 'what', title: 'What', long: true,
      render: (r) => (
        <>
          <span style={{ overflowWrap: 'anywhere' }}>{r.summary}</span>
          {rights.patients && r.patient && (
            <Text size="sm" component="div"><Link to={at(`/patients/${r.patient.id}`)} style={{ color: 'var(--pons-accent)' }}>{r.patient.name}</Link></Text>
          )}
        </>
      ),
    },
    { key: 'app', title: 'App', width: '160px', render: (r) => (typeof r.app === 'string' ? r.app : r.app?.name) ?? '' },
    {
      key: 'outcome', title: 'Outcome', width: '300px',
      render: (r) => {
        const outcome = outcomeWord(r.outcome);
        return <StateSentence tone={outcome.tone} cause={outcomeCause(r.outcome, r.reason)}>{outcome.word}</StateSentence>;
      },
    },
  ];
  return (
    <DataTable
      label="Activity" one="entry" many="entries" columns={columns} list={list} hideCount
      rowKey={(r) => `${r.at} ${r.kind} ${r.command ?? ''} ${r.patient?.id ?? ''} ${r.summary} ${r.outcome}`}
      search={rights.patients ? { text, setText, placeholder: 'Search by patient or app' } : undefined}
      filtered={q.trim() !== '' || kind !== ''} expected={8}
      filters={<>{picker}<Select aria-label="Kind" w={200} data={ACTIVITY_KINDS.map((k) => ({ ...k }))} value={kind} allowDeselect={false} onChange={(v) => onKind(v ?? '')} /></>}
      empty={<EmptyState title="Nothing has travelled yet">When a visit starts in your system, you see here which app got the patient, or why none did.</EmptyState>}
    />
  );
}
