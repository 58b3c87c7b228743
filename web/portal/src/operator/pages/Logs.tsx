// SPDX-License-Identifier: Apache-2.0
// The server's log. It holds no patient data.
import { Select } from '@mantine/core';

import { keys } from '../../api/keys';
import { useList } from '../../api/queries';
import type { LogItem } from '../../api/types';
import { type Column, DataTable } from '../../components/DataTable';
import { EmptyState } from '../../components/EmptyState';
import { PageHeader } from '../../components/PageHeader';
import { StateSentence, type Tone } from '../../components/StateSentence';
import { ExactTime } from '../../components/TimeAgo';
import { useParam, useSearchText } from '../../lib/hooks';

const tones: Record<string, [Tone, string]> = { error: ['failed', 'Error'], critical: ['failed', 'Error'], warning: ['attention', 'Warning'], warn: ['attention', 'Warning'], info: ['ok', 'Information'], debug: ['waiting', 'Detail'] };

function fieldsOf(row: LogItem): string {
  return Object.entries(row.fields ?? {}).map(([name, value]) => `${name}=${value}`).join('  ');
}

const columns: Column<LogItem>[] = [
  { key: 'at', title: 'When', width: '240px', render: (row) => <ExactTime at={row.at} /> },
  { key: 'level', title: 'Level', width: '140px', render: (row) => { const [tone, word] = tones[row.level] ?? ['waiting', row.level]; return <StateSentence tone={tone}>{word}</StateSentence>; } },
  { key: 'text', title: 'What happened', long: true, render: (row) => <span style={{ overflowWrap: 'anywhere' }}>{row.text}{row.fields && <><br /><small style={{ color: 'var(--mantine-color-dimmed)' }}>{fieldsOf(row)}</small></>}</span> },
];

export default function Logs() {
  const { text, setText, asked } = useSearchText();
  const [level, setLevel] = useParam('level');
  const list = useList<LogItem>(keys.operatorLogs({ q: asked, level }), '/operator/logs', { q: asked, level }, { refetchInterval: 5_000 });
  return (
    <>
      <PageHeader title="Logs" sentence="What this server did, the newest first. No patient data is written here." />
      <DataTable
        label="Log" one="line" columns={columns} list={list} rowKey={(row) => `${row.at} ${row.level} ${row.text} ${fieldsOf(row)}`} search={{ text, setText, placeholder: 'Search the log' }} filtered={level !== ''}
        filters={<Select aria-label="Level" data={[{ value: '', label: 'All levels' }, { value: 'warn', label: 'Warnings and errors' }, { value: 'error', label: 'Errors' }]} value={level} onChange={(value) => setLevel(value ?? '')} allowDeselect={false} w={200} />}
        empty={<EmptyState title="The log is empty">Lines appear as the server works.</EmptyState>}
      />
    </>
  );
}
