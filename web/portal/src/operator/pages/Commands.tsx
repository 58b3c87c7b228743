// SPDX-License-Identifier: Apache-2.0
// What apps asked practices to do; those that need a person first.
import { Select } from '@mantine/core';

import { keys } from '../../api/keys';
import { useList } from '../../api/queries';
import { useLocale } from '../../app/session';
import { type Column, DataTable } from '../../components/DataTable';
import { EmptyState } from '../../components/EmptyState';
import { PageHeader } from '../../components/PageHeader';
import { StateSentence } from '../../components/StateSentence';
import { TimeAgo } from '../../components/TimeAgo';
import { useParam } from '../../lib/hooks';
import { count } from '../../lib/locale';
import { commandState, kindWords, type OperatorCommand, sentence, stateFilters } from '../lib/commands';

const columns: Column<OperatorCommand>[] = [
  { key: 'kind', title: 'Asked', render: (row) => sentence(kindWords(row)) },
  {
    key: 'state', title: 'State', width: '30%',
    render: (row) => {
      const state = commandState(row.state);
      return <StateSentence tone={state.tone} cause={row.reason || undefined}>{state.word}</StateSentence>;
    },
  },
  { key: 'connection', title: 'Connection', render: (row) => row.connection?.name ?? '–' },
  { key: 'app', title: 'App', render: (row) => row.app?.name ?? '–' },
  { key: 'tries', title: 'Tries', numeric: true, width: '80px', render: (row) => row.attempts ?? '–', phone: 'hide' },
  { key: 'at', title: 'Asked at', width: '150px', render: (row) => <TimeAgo at={row.at} /> },
];

export default function Commands() {
  const locale = useLocale();
  const [state, setState] = useParam('state', 'needs-person');
  const list = useList<OperatorCommand>(keys.operatorCommands({ state }), '/operator/commands', { state: state === 'all' ? '' : state }, { refetchInterval: 5_000 });
  const choose = <Select aria-label="State" data={stateFilters} value={state} onChange={(value) => setState(value ?? 'needs-person')} allowDeselect={false} w={240} mb={list.rows.length === 0 ? 'md' : undefined} />;
  const person = state === 'needs-person';
  const n = list.total ?? list.rows.length;
  return (
    <>
      <PageHeader
        title="Commands"
        sentence={list.loading || list.error || !person ? 'What apps asked practices to do, and how it ended.' : n === 0 ? 'No command needs a person.' : `${count(n, 'command needs', locale, 'commands need')} a person: look in the practice’s system, then say what you saw.`}
      />
      <DataTable
        label="Commands" one="command" columns={columns} list={list} rowKey={(row) => row.id} to={(row) => `/operator/commands/${row.id}`} filtered={!person && state !== 'all'}
        filters={choose}
        empty={
          <>
            {choose}
            <EmptyState title={person ? 'Nothing waits for a person' : 'Nothing was asked yet'}>
              {person ? 'When Pons cannot tell whether a practice did what an app asked, the command appears here with what was found. Nothing is sent twice meanwhile.' : 'Bookings, patients and documents that apps send to practices appear here.'}
            </EmptyState>
          </>
        }
      />
    </>
  );
}
