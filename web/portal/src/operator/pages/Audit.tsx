// SPDX-License-Identifier: Apache-2.0
// Who read or changed what, and the proof that nothing was taken out of it afterwards.
import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';

import { api, ApiError, asApiError } from '../../api/client';
import { keys } from '../../api/keys';
import { useList } from '../../api/queries';
import type { AuditItem, AuditVerification } from '../../api/types';
import { announce } from '../../app/live';
import { useLocale, useSpell } from '../../app/session';
import { type Column, DataTable } from '../../components/DataTable';
import { EmptyState } from '../../components/EmptyState';
import { PageHeader } from '../../components/PageHeader';
import { ErrorNote } from '../../components/PageStates';
import { StateSentence } from '../../components/StateSentence';
import { TimeAgo } from '../../components/TimeAgo';
import { useSearchText } from '../../lib/hooks';
import { formatNumber } from '../../lib/locale';
import { capitalised } from '../../practice/logic/text';
import { auditSentence, outcomeWord } from '../../practice/logic/words';

const columnsIn = (spell: (text: string) => string): Column<AuditItem>[] => [
  { key: 'at', title: 'When', width: '130px', render: (row) => <TimeAgo at={row.at} /> },
  { key: 'who', title: 'Who', width: '21%', render: (row) => <>{row.who}{row.role && <Text component="div" size="sm" c="dimmed">{capitalised(row.role)}</Text>}</> },
  { key: 'action', title: 'Did', long: true, render: (row) => auditSentence(row) },
  { key: 'where', title: spell('Organization'), width: '21%', render: (row) => row.organization?.name ?? 'This server' },
  { key: 'outcome', title: 'Outcome', width: '150px', render: (row) => { const o = outcomeWord(row.outcome ?? 'done'); return <StateSentence tone={o.tone}>{o.word}</StateSentence>; } },
  { key: 'seq', title: 'No.', numeric: true, width: '80px', render: (row) => row.seq ?? '', phone: 'hide' },
];

export default function Audit() {
  const locale = useLocale();
  const spell = useSpell();
  const { text, setText, asked } = useSearchText();
  const list = useList<AuditItem>(keys.operatorAudit({ q: asked }), '/operator/audit', { q: asked });
  const verify = useMutation({
    mutationFn: () => api.get<AuditVerification>('/operator/audit/verify'),
    onSuccess: (answer) => announce(answer.ok ? 'The chain is whole.' : 'The chain is broken.'),
  });
  const v = verify.data;
  return (
    <>
      <PageHeader
        title="Audit trail" sentence="Who read or changed what. Entries can be added, never changed: each carries the mark of the one before."
        action={<Button onClick={() => verify.mutate()} loading={verify.isPending}>Check the chain</Button>}
      />
      {verify.error && <ErrorNote error={asApiError(verify.error)} title="The chain could not be checked" onRetry={() => verify.mutate()} />}
      {v?.ok && <div role="status" style={{ marginBottom: 16 }}><StateSentence tone="ok" size="md">The chain is whole: all {formatNumber(v.entries, locale)} entries are as they were written</StateSentence></div>}
      {v && !v.ok && (
        <ErrorNote
          title="The chain is broken"
          error={new ApiError({ status: 409, title: '', code: 'audit-chain', detail: `${v.broken_at === undefined ? 'An entry' : `Entry ${formatNumber(v.broken_at, locale)}`} is not as it was written${v.detail ? `: ${v.detail}` : ''}. Keep the file as it is, restore the last backup beside it, and compare the two.` })}
        />
      )}
      <DataTable
        label="Audit trail" one="entry" many="entries" columns={columnsIn(spell)} list={list} rowKey={(row) => `${row.seq ?? ''} ${row.at} ${row.who} ${row.action} ${row.object ?? ''}`}
        search={{ text, setText, placeholder: 'Search by person, action or record' }} empty={<EmptyState title="Nothing was written down yet">Every read of patient data and every change of settings appears here.</EmptyState>}
      />
    </>
  );
}
