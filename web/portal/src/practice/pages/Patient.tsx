// SPDX-License-Identifier: Apache-2.0
// One patient: who they are as the practice's system says it, which apps see them, what happened.
import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router-dom';

import { api, asApiError } from '../../api/client';
import { keys } from '../../api/keys';
import type { Patient as PatientRecord } from '../../api/types';
import { useLocale } from '../../app/session';
import { EmptyState } from '../../components/EmptyState';
import { PageHeader } from '../../components/PageHeader';
import { PageError, PageLoading } from '../../components/PageStates';
import { Facts, Section } from '../../components/Section';
import { TimeAgo } from '../../components/TimeAgo';
import { count, formatDate, formatPhone } from '../../lib/locale';
import { capitalised } from '../logic/text';
import { identifierLabel, telecomLabel } from '../logic/words';
import { useAt, useRights } from '../parts/data';
import { NotForYou } from '../parts/NotForYou';
import classes from '../parts/practice.module.css';
import { Rows } from '../parts/Rows';

export default function Patient() {
  const rights = useRights();
  return rights.patients ? <Detail /> : <NotForYou what="Patient" />;
}

function Detail() {
  const id = useParams().patient ?? '';
  const at = useAt();
  const locale = useLocale();
  const query = useQuery({
    queryKey: keys.patient(id),
    queryFn: ({ signal }) => api.get<PatientRecord>(`/patients/${id}`, undefined, signal),
    // Each read is recorded: nothing is asked again only because the window has the focus.
    refetchOnWindowFocus: false,
    staleTime: 60_000,
  });
  if (query.isPending) return <PageLoading />;
  if (!query.data) return <PageError error={asApiError(query.error)} onRetry={() => void query.refetch()} />;
  const p = query.data;
  const address = typeof p.address === 'string' ? [p.address] : (p.address ?? []).map((a) => a.text);
  return (
    <>
      <PageHeader
        title={p.name} tab="Patient" crumbs={[{ label: 'Patients', to: at('/patients') }]}
        sentence={p.visible_to.length > 0 ? `${count(p.visible_to.length, 'app')} ${p.visible_to.length === 1 ? 'sees' : 'see'} this patient.` : 'No app sees this patient.'}
      />
      <Section title="Who sees this patient">
        {p.visible_to.length === 0 ? (
          <EmptyState title="No app">An app sees the patient when a visit starts and its filters match.</EmptyState>
        ) : (
          <Rows label="Apps that see this patient">
            {p.visible_to.map((v) => (
              <li key={typeof v.app === 'string' ? v.app : v.app.id} className={classes.row}>
                <span className={classes.name}>{typeof v.app === 'string' ? v.app : v.app.name}</span>
                <span />
                <span className={classes.end}>Since <TimeAgo at={v.since} /></span>
              </li>
            ))}
          </Rows>
        )}
      </Section>
      <Section title="As your system has it" framed>
        <Facts
          items={[
            ['Birth date', formatDate(p.birth_date, locale) || 'Not known'],
            ['Sex', capitalised(p.gender ?? '') || 'Not known'],
            ...p.telecom.map((t): [string, string] => [telecomLabel(t), t.system === 'phone' || t.system === 'sms' ? formatPhone(t.value, locale) : t.value]),
            ...address.filter(Boolean).map((a): [string, string] => ['Address', a]),
            ...p.identifiers.map((i): [string, string] => [identifierLabel(i.system), i.value]),
          ]}
        />
      </Section>
      <Section title="What happened">
        {p.history.length === 0 ? <Text c="dimmed">Nothing is recorded yet.</Text> : (
          <Rows label="History">
            {p.history.map((h, i) => (
              <li key={i} className={classes.row}>
                <span style={{ gridColumn: '1 / 3' }}>{h.text}</span>
                <span className={classes.end}><TimeAgo at={h.at} /></span>
              </li>
            ))}
          </Rows>
        )}
      </Section>
    </>
  );
}
