// SPDX-License-Identifier: Apache-2.0
// Copies of the whole store, made while the server runs.
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

import { api, ApiError, asApiError } from '../../api/client';
import { keys } from '../../api/keys';
import { asPage, listOf } from '../../api/queries';
import type { Backup, Page } from '../../api/types';
import { announce } from '../../app/live';
import { useLocale } from '../../app/session';
import { type Column, DataTable } from '../../components/DataTable';
import { EmptyState } from '../../components/EmptyState';
import { PageHeader } from '../../components/PageHeader';
import { ErrorNote } from '../../components/PageStates';
import { Section } from '../../components/Section';
import { StateSentence } from '../../components/StateSentence';
import { ExactTime, TimeAgo } from '../../components/TimeAgo';
import { formatBytes } from '../../lib/locale';

interface BackupList extends Page<Backup> {
  /** The folder on the server that they lie in. */
  folder?: string;
  under_way?: { running: boolean; percent: number; failure: string | null };
}

export default function Backups() {
  const locale = useLocale();
  const client = useQueryClient();
  const query = useQuery({
    queryKey: keys.backups,
    queryFn: async ({ signal }): Promise<BackupList> => asPage(await api.get<BackupList | Backup[]>('/operator/backups', undefined, signal)),
    refetchInterval: (q) => (q.state.data?.under_way?.running ? 1_000 : 30_000),
  });
  const list = listOf(query.data?.items ?? [], { loading: query.isPending, error: query.error ? asApiError(query.error) : null, retry: () => void query.refetch() });
  const going = query.data?.under_way;
  const make = useMutation({
    mutationFn: () => api.post('/operator/backup'),
    onSuccess: async () => {
      announce('The backup has begun.');
      await client.invalidateQueries({ queryKey: keys.backups });
    },
  });
  const newest = list.rows[0];
  const columns: Column<Backup>[] = [
    { key: 'name', title: 'File', long: true, render: (row) => <code style={{ overflowWrap: 'anywhere' }}>{row.name}</code>, sort: (row) => row.name },
    { key: 'at', title: 'Made', width: '260px', render: (row) => <ExactTime at={row.at} />, sort: (row) => row.at },
    { key: 'bytes', title: 'Size', numeric: true, width: '120px', render: (row) => formatBytes(row.bytes, locale), sort: (row) => row.bytes },
  ];
  const button = <Button onClick={() => make.mutate()} loading={make.isPending || going?.running}>Make a backup now</Button>;
  return (
    <>
      <PageHeader
        title="Backups" action={list.rows.length > 0 ? button : undefined}
        sentence={list.loading || list.error ? undefined : newest ? <>The newest was made <TimeAgo at={newest.at} />.</> : 'There is no backup yet.'}
      />
      {make.error && <ErrorNote error={asApiError(make.error)} title="No backup was made" />}
      {going?.running && <div role="status" style={{ marginBottom: 16 }}><StateSentence tone="running" cause={`${going.percent} %`}>A backup is being made</StateSentence></div>}
      {going?.failure && !going.running && <ErrorNote error={new ApiError({ status: 500, title: '', detail: going.failure, code: 'backup' })} title="The last backup could not be made" onRetry={() => make.mutate()} />}
      <DataTable label="Backups" one="backup" columns={columns} list={list} rowKey={(row) => row.id ?? row.name} empty={<EmptyState title="No backup yet" action={button}>A backup is one file with everything in it, made while the server goes on. Copy it to another machine, and keep the master key apart from it.</EmptyState>} />
      <Section title="To restore one" sentence={`${query.data?.folder ? `They lie in ${query.data.folder} on the server. ` : ''}Stop the server, put the file where the store’s own file is in the data folder, and start it again. Apps notice that the change feed is older than they know, and read anew.`}>{null}</Section>
    </>
  );
}
