// SPDX-License-Identifier: Apache-2.0
// Who is held here, and which apps see them. For admins and staff; each look is in the audit trail.
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';

import { keys } from '../../api/keys';
import { useList } from '../../api/queries';
import type { PatientSummary } from '../../api/types';
import { useLocale } from '../../app/session';
import { type Column, DataTable } from '../../components/DataTable';
import { EmptyState } from '../../components/EmptyState';
import { PageHeader } from '../../components/PageHeader';
import { count, formatDate } from '../../lib/locale';
import { capitalised, listed } from '../logic/text';
import { useAt, useOrg, useRights } from '../parts/data';
import { NotForYou } from '../parts/NotForYou';

export default function Patients() {
  const rights = useRights();
  return rights.patients ? <List /> : <NotForYou what="Patients" />;
}

function List() {
  const org = useOrg();
  const at = useAt();
  const locale = useLocale();
  // A name that is searched for is never part of the page's address.
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text, 250);
  const list = useList<PatientSummary>(keys.orgPatients(org), `/organizations/${org}/patients`, { q: q.trim(), limit: 100 });
  const columns: Column<PatientSummary>[] = [
    { key: 'name', title: 'Name', long: true, render: (p) => p.name },
    { key: 'birth', title: 'Birth date', width: '160px', render: (p) => formatDate(p.birth_date, locale) },
    { key: 'gender', title: 'Sex', width: '120px', render: (p) => capitalised(p.gender ?? ''), phone: 'hide' },
    { key: 'seen', title: 'Seen by', render: (p) => (p.visible_to?.length ? listed(p.visible_to) : 'No app') },
  ];
  return (
    <>
      <PageHeader
        title="Patients"
        sentence={list.total !== undefined && !q.trim() && list.total > 0
          ? `${count(list.total, 'patient', locale)} ${list.total === 1 ? 'is' : 'are'} held here for the apps you connected. Looking one up is recorded.`
          : 'Patients who are held here for the apps you connected. Looking one up is recorded.'}
      />
      <DataTable
        label="Patients" one="patient" columns={columns} list={list} rowKey={(p) => p.id} to={(p) => at(`/patients/${p.id}`)} expected={8}
        search={{ text, setText, placeholder: 'Search by name or birth date' }} filtered={q.trim() !== ''}
        empty={<EmptyState title="No patient is held here yet">Patients appear here when a visit starts and an app may see them. Nobody else is copied.</EmptyState>}
      />
    </>
  );
}
