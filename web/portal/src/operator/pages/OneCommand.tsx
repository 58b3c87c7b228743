// SPDX-License-Identifier: Apache-2.0
// One command: what was asked, what was found, and the two answers that only a person can give.
import { Button, Group, List, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useParams } from 'react-router-dom';

import { api, asApiError } from '../../api/client';
import { keys } from '../../api/keys';
import { announce } from '../../app/live';
import { ConfirmDialog } from '../../components/ConfirmDialog';
import { PageHeader } from '../../components/PageHeader';
import { ErrorNote, PageError, PageLoading } from '../../components/PageStates';
import { Facts, Section } from '../../components/Section';
import { StateSentence } from '../../components/StateSentence';
import { ExactTime, TimeAgo } from '../../components/TimeAgo';
import { commandState, consequences, evidenceLines, historyLines, kindWords, makesRecord, type OperatorCommand, sentence, whatToLookFor } from '../lib/commands';
import classes from './OneCommand.module.css';

export default function OneCommand() {
  const { command: id = '' } = useParams();
  const client = useQueryClient();
  const [asking, setAsking] = useState<boolean | null>(null);
  const [reference, setReference] = useState('');
  const [note, setNote] = useState('');
  const query = useQuery({
    queryKey: keys.operatorCommand(id),
    queryFn: ({ signal }) => api.get<OperatorCommand>(`/operator/commands/${id}`, undefined, signal),
    refetchInterval: 4_000,
  });
  const refresh = async () => {
    await client.invalidateQueries({ queryKey: ['operator', 'commands'] });
    await client.invalidateQueries({ queryKey: keys.operatorOverview });
  };
  const retry = useMutation({ mutationFn: () => api.post(`/operator/commands/${id}/retry`), onSuccess: async () => { announce('It is tried at once.'); await refresh(); } });
  if (query.isPending) return <PageLoading />;
  if (query.error && !query.data) return <PageError error={asApiError(query.error)} onRetry={() => void query.refetch()} />;
  const c = query.data;
  const state = commandState(c.state);
  const person = c.state === 'needs-person';
  const waiting = c.state === 'accepted' || c.state === 'in-doubt' || c.state === 'applied';
  const past = c.deadline ? Date.parse(c.deadline) < Date.now() : false;
  const evidence = evidenceLines(c);
  const facts: [string, ReactNode][] = [
    ['App', c.app?.name ?? '–'], ['Connection', c.connection?.name ?? '–'],
    ...(c.reference ? [['Reference', <code key="r">{c.reference}</code>] as [string, ReactNode]] : []),
    ['Asked', <ExactTime key="a" at={c.at} />],
    ...(c.first_sent ? [['First sent', <ExactTime key="f" at={c.first_sent} />] as [string, ReactNode]] : []),
    ...(c.last_sent && c.last_sent !== c.first_sent ? [['Last sent', <ExactTime key="l" at={c.last_sent} />] as [string, ReactNode]] : []),
    ...(c.deadline ? [['To be done by', <ExactTime key="d" at={c.deadline} />] as [string, ReactNode]] : []),
    ...(c.next_try && waiting ? [['Next try', <TimeAgo key="n" at={c.next_try} />] as [string, ReactNode]] : []),
    ['Tries', String(c.attempts ?? 0)], ['Command', <code key="i">{c.id}</code>],
  ];
  return (
    <>
      <PageHeader
        title={sentence(kindWords(c))} crumbs={[{ label: 'Commands', to: '/operator/commands' }]}
        sentence={<StateSentence tone={state.tone} cause={c.reason || undefined} size="md">{state.word}</StateSentence>}
        action={waiting ? <Button variant="default" onClick={() => retry.mutate()} loading={retry.isPending}>Try it now</Button> : undefined}
      />
      {retry.error && <ErrorNote error={asApiError(retry.error)} title="It was not tried" />}
      {person && (
        <section className={classes.question} aria-labelledby="question">
          <Stack gap="md">
            <div>
              <h2 id="question" className={classes.title}>Did it happen?</h2>
              <Text mt={4}>Pons asked the practice to {kindWords(c)} and could not find out whether it was done. Only somebody who looks can tell. Nothing is sent until then.</Text>
            </div>
            <List type="ordered" spacing={4}>{whatToLookFor(c).map((line) => <List.Item key={line}>{line}</List.Item>)}</List>
            <Group gap="sm">
              <Button onClick={() => setAsking(true)}>It happened</Button>
              <Button variant="default" onClick={() => setAsking(false)}>It did not happen</Button>
            </Group>
          </Stack>
        </section>
      )}
      {evidence.length > 0 && <Section title="Evidence" sentence="What Pons found when it looked." framed><Facts items={evidence.map((e) => [e.label, e.value])} /></Section>}
      <Section title="About it" framed><Facts items={facts} /></Section>
      <Section title="History">
        <ol className={classes.history}>
          {historyLines(c).map((line, n) => <li key={n}><span className={classes.when}><ExactTime at={line.at} /></span><span>{line.text}</span></li>)}
        </ol>
      </Section>
      <ConfirmDialog
        opened={asking !== null} onClose={() => setAsking(null)} danger={asking === false} cancel="Look again"
        title={asking ? 'It happened?' : 'It did not happen?'} confirm={asking ? 'Yes, it happened' : past ? 'It did not happen' : 'It did not happen, send it again'}
        gone={consequences(c, asking === true, past)}
        onConfirm={async () => {
          await api.post(`/operator/commands/${id}/resolve`, { happened: asking === true, ref: asking && reference.trim() ? reference.trim() : undefined, note: note.trim() });
          announce(asking ? 'Noted: it happened.' : 'Noted: it did not happen.');
          await refresh();
        }}
      >
        <Stack gap="md">
          {asking && makesRecord(c.kind) && <TextInput label="Its number in the practice’s system" description="As the practice’s own page shows it." value={reference} onChange={(e) => setReference(e.currentTarget.value)} autoComplete="off" />}
          <Textarea label="What you saw" description="Kept in the history. No patient’s name, please." value={note} onChange={(e) => setNote(e.currentTarget.value)} autosize minRows={2} maxLength={500} />
          <Text fw={600}>What follows</Text>
        </Stack>
      </ConfirmDialog>
    </>
  );
}
