// SPDX-License-Identifier: Apache-2.0
// Is this Pons well: nodes, connections by state, what waits and since when, the disk.
import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'react-router-dom';

import { api, asApiError } from '../../api/client';
import { keys } from '../../api/keys';
import { listOf } from '../../api/queries';
import type { Attention, NodeInfo, OperatorOverview } from '../../api/types';
import { useLocale, useSpell } from '../../app/session';
import { type Column, DataTable } from '../../components/DataTable';
import { EmptyState } from '../../components/EmptyState';
import { PageHeader } from '../../components/PageHeader';
import { PageError, PageLoading } from '../../components/PageStates';
import { Facts, Section } from '../../components/Section';
import { StateSentence, type Tone } from '../../components/StateSentence';
import { TimeAgo } from '../../components/TimeAgo';
import { formatBytes, formatNumber } from '../../lib/locale';
import { byState, diskSentence, nodeUp, overviewSentence, queues } from '../lib/overview';
import classes from './Overview.module.css';

const tones: Record<string, Tone> = { active: 'ok', attention: 'attention', connecting: 'running', pending: 'waiting', paused: 'off', revoked: 'off' };

function Figure({ value, children }: { value: number; children: ReactNode }) {
  const locale = useLocale();
  return (
    <li className={classes.figure}>
      <span className={classes.value}>{formatNumber(value, locale)}</span>
      <span className={classes.words}>{children}</span>
    </li>
  );
}

export default function Overview() {
  const locale = useLocale();
  const spell = useSpell();
  const query = useQuery({
    queryKey: keys.operatorOverview,
    queryFn: ({ signal }) => api.get<OperatorOverview & { attention?: Attention[] }>('/operator/overview', undefined, signal),
    refetchInterval: 5_000,
  });
  if (query.isPending) return <PageLoading />;
  if (query.error && !query.data) return <PageError error={asApiError(query.error)} onRetry={() => void query.refetch()} />;
  const o = query.data;
  const disk = diskSentence(o.disk, locale);
  const ours = (o.disk as { pons_bytes?: number } | undefined)?.pons_bytes;
  const states = byState(o.connections_by_state);
  const columns: Column<NodeInfo>[] = [
    { key: 'name', title: 'Node', render: (row) => row.name },
    { key: 'state', title: 'State', render: (row) => <StateSentence tone={nodeUp(row.state) ? 'ok' : 'failed'}>{nodeUp(row.state) ? 'Up' : 'Down'}</StateSentence> },
    { key: 'version', title: 'Version', render: (row) => row.version ?? o.version },
    { key: 'memory', title: 'Memory', numeric: true, render: (row) => (row.memory_bytes === undefined ? '–' : formatBytes(row.memory_bytes, locale)) },
    { key: 'started', title: 'Started', width: '160px', render: (row) => <TimeAgo at={row.started_at} never="–" /> },
  ];
  return (
    <>
      <PageHeader title="Overview" sentence={overviewSentence(o, locale)} />
      {o.attention && o.attention.length > 0 && (
        <Section title="What needs you" framed>
          <ul className={classes.list}>
            {o.attention.map((a) => <li key={a.text}><StateSentence tone="attention">{a.text}</StateSentence>{a.link && <Anchor component={Link} to={a.link}>Look at it</Anchor>}</li>)}
          </ul>
        </Section>
      )}
      <Section title="Connections" action={<Anchor component={Link} to="/operator/organizations">{spell('See the organizations')}</Anchor>}>
        {states.length === 0 ? <EmptyState title="Nothing is connected yet">Practices connect their systems in their own part of the portal.</EmptyState> : (
          <ul className={classes.figures}>{states.map((s) => <Figure key={s.state} value={s.value}><StateSentence tone={tones[s.state] ?? 'waiting'}>{s.words}</StateSentence></Figure>)}</ul>
        )}
      </Section>
      <Section title="What waits">
        <ul className={classes.figures}>
          {queues(o.queues).map((q) => (
            <Figure key={q.key} value={q.value}>
              {q.attention ? <StateSentence tone="attention">{q.label}</StateSentence> : q.label}
              {q.oldest && <span className={classes.oldest}>oldest <TimeAgo at={q.oldest} /></span>}
              {q.to && q.value > 0 && <Anchor component={Link} to={q.to} className={classes.look}>Look at them<span className="visually-hidden"> ({q.label})</span></Anchor>}
            </Figure>
          ))}
        </ul>
      </Section>
      <Section title="Nodes">
        <DataTable label="Nodes" one="node" columns={columns} list={listOf(o.nodes)} rowKey={(row) => row.name} hideCount empty={<EmptyState title="No node has reported" />} />
      </Section>
      <Section title="This server" framed>
        <Facts
          items={[
            ['Version', o.version],
            ['Disk', disk.low ? <StateSentence key="d" tone="attention">{disk.text}</StateSentence> : disk.text],
            ...(ours === undefined ? [] : [['Data of Pons', formatBytes(ours, locale)] as [string, string]]),
          ]}
        />
      </Section>
    </>
  );
}
