// SPDX-License-Identifier: Apache-2.0
// Who looked at what and who changed what. Entries can be added, never changed.
import { Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';

import { keys } from '../../api/keys';
import { useList } from '../../api/queries';
import type { AuditItem } from '../../api/types';
import { type Column, DataTable } from '../../components/DataTable';
import { EmptyState } from '../../components/EmptyState';
import { TimeAgo } from '../../components/TimeAgo';
import { auditSentence, outcomeWord, roleLabel } from '../logic/words';
import { useOrg, useRights } from '../parts/data';
import { NotForYou } from '../parts/NotForYou';
import { SettingsFrame } from './Settings';

export default function Audit() {
  return useRights().manage ? <List /> : <NotForYou what="Audit trail" />;
}

function List() {
  const org = useOrg();
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text, 250);
  const list = useList<AuditItem>(keys.orgAudit(org), `/organizations/${org}/audit`, { q: q.trim(), limit: 100 });
  const columns: Column<AuditItem>[] = [
    { key: 'at', title: 'When', width: '140px', render: (r) => <TimeAgo at={r.at} /> },
    { key: 'who', title: 'Who', width: '240px', render: (r) => <><span style={{ overflowWrap: 'anywhere' }}>{r.who}</span>{r.role && <Text component="div" size="sm" c="dimmed">{roleLabel(r.role)}</Text>}</> },
    { key: 'what', title: 'What', long: true, render: (r) => <span style={{ overflowWrap: 'anywhere' }}>{auditSentence(r)}</span> },
    { key: 'outcome', title: 'Outcome', width: '130px', render: (r) => (r.outcome ? outcomeWord(r.outcome).word : ''), phone: 'hide' },
  ];
  return (
    <SettingsFrame tab="Audit trail" sentence="Every look at a patient and every change of settings, with who did it. Nothing in it can be changed or removed.">
      <DataTable
        label="Audit trail" one="entry" many="entries" columns={columns} list={list} expected={10} filtered={q.trim() !== ''}
        rowKey={(r) => String(r.seq ?? `${r.at} ${r.who} ${r.action} ${r.object ?? ''}`)}
        search={{ text, setText, placeholder: 'Search by person or action' }}
        empty={<EmptyState title="Nothing is recorded yet">The first change of a setting, or look at a patient, appears here.</EmptyState>}
      />
    </SettingsFrame>
  );
}
