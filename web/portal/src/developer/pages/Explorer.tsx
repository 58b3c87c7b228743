// SPDX-License-Identifier: Apache-2.0
// The API explorer: every operation that the server says it has, a form for its parameters, the request
// as curl, and the answer. The secret is typed in for a token and kept nowhere.
import { Badge, Button, Group, PasswordInput, Select, Stack, Text, Textarea, TextInput, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useMemo, useRef, useState } from 'react';

import { asApiError } from '../../api/client';
import { announce } from '../../app/live';
import { useLocale } from '../../app/session';
import { CodeBlock } from '../../components/CodeBlock';
import { EmptyState } from '../../components/EmptyState';
import { Icon } from '../../components/icons';
import { PageHeader } from '../../components/PageHeader';
import { ErrorNote, PageLoading } from '../../components/PageStates';
import { StateSentence } from '../../components/StateSentence';
import { useParam } from '../../lib/hooks';
import { count, formatBytes } from '../../lib/locale';
import { type DeveloperApp, useApps } from '../data';
import { milliseconds } from '../lib/chart';
import { curlOf } from '../lib/curl';
import { faultsOf, type Filled, keyOf, matches, type Operation, operationsOf, type Parameter, pretty, requestOf, startingFrom } from '../lib/explorer';
import { type Answered, currentToken, describe, getToken, send, TokenRefused } from '../lib/send';
import { statusText } from '../lib/webhooks';
import classes from './Explorer.module.css';

function useOperations() {
  return useQuery({
    queryKey: ['explorer', 'operations'],
    queryFn: async () => {
      const [openApi, capability] = await Promise.allSettled([describe('/api/openapi.json'), describe('/fhir/R4/metadata')]);
      if (openApi.status === 'rejected' && capability.status === 'rejected') throw openApi.reason;
      return operationsOf(openApi.status === 'fulfilled' ? openApi.value : null, capability.status === 'fulfilled' ? capability.value : null);
    },
    staleTime: Infinity,
    retry: 1,
  });
}

const randomKey = () => `explorer-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;

function Operations({ all, chosen, choose }: { all: Operation[]; chosen: string; choose: (id: string) => void }) {
  const [words, setWords] = useState('');
  const list = useRef<HTMLDivElement>(null);
  const found = words ? all.filter((o) => matches(o, words)) : all;
  const groups = [...new Set(found.map((o) => o.group))];
  const move = (event: React.KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const buttons = [...(list.current?.querySelectorAll<HTMLElement>('button') ?? [])];
    if (!step || buttons.length === 0) return;
    event.preventDefault();
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    buttons[Math.max(0, Math.min(buttons.length - 1, at + step))]?.focus();
  };
  return (
    <nav aria-label="Operations" className={classes.operations} onKeyDown={move}>
      <TextInput
        type="search" aria-label="Search operations" placeholder="Search operations" leftSection={<Icon name="search" size={16} />} value={words}
        onChange={(event) => setWords(event.currentTarget.value)} className={classes.search}
      />
      <div ref={list} className={classes.list}>
        {groups.map((group) => (
          <div key={group} role="group" aria-label={group}>
            <Text className={classes.group}>{group}</Text>
            {found.filter((o) => o.group === group).map((o) => (
              <UnstyledButton key={o.id} className={classes.operation} aria-current={o.id === chosen || undefined} onClick={() => choose(o.id)}>
                <span className={classes.method}>{o.method}</span>
                <span className={classes.summary}>{o.summary.replace(/\.$/, '')}</span>
              </UnstyledButton>
            ))}
          </div>
        ))}
        {found.length === 0 && <Text c="dimmed" p="md">No operation matches.</Text>}
      </div>
    </nav>
  );
}

function Field({ p, value, fault, onText }: { p: Parameter; value: string; fault?: string; onText: (text: string) => void }) {
  const common = { label: p.name, description: p.help, required: p.required, error: fault };
  if (p.choices) return <Select {...common} data={p.choices} value={value || null} clearable={!p.required} onChange={(next) => onText(next ?? '')} />;
  return <TextInput {...common} name={keyOf(p)} value={value} placeholder={p.required ? undefined : p.example} autoComplete="off" spellCheck={false} onChange={(event) => onText(event.currentTarget.value)} />;
}

function Answer({ answer }: { answer: Answered }) {
  const locale = useLocale();
  const tone = answer.status < 300 ? 'ok' : answer.status < 500 ? 'attention' : 'failed';
  return (
    <Stack gap="sm">
      <StateSentence tone={tone} cause={`${milliseconds(answer.ms, locale)}, ${formatBytes(answer.bytes, locale)}`}>{statusText(answer.status)}</StateSentence>
      {answer.body ? <CodeBlock label="Body of the answer" code={pretty(answer.body)} maxHeight={560} /> : <Text c="dimmed">The answer has no body.</Text>}
      <details>
        <summary>{count(answer.headers.length, 'header', locale)}</summary>
        <CodeBlock label="Headers of the answer" code={answer.headers.map(([name, value]) => `${name}: ${value}`).join('\n')} />
      </details>
    </Stack>
  );
}

function Try({ operation, apps, app, setApp }: { operation: Operation; apps: DeveloperApp[]; app: DeveloperApp | undefined; setApp: (id: string) => void }) {
  const locale = useLocale();
  const base = window.location.origin;
  const [filled, setFilled] = useState<Filled>(() => startingFrom(operation, randomKey));
  const [faults, setFaults] = useState<Record<string, string>>({});
  const [secret, setSecret] = useState('');
  const [signedIn, setSignedIn] = useState(() => (app ? currentToken(app.client_id, Date.now()) !== null : false));
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [answer, setAnswer] = useState<Answered | null>(null);
  const request = requestOf(operation, filled, base);
  const needed = operation.parameters.filter((p) => p.required);
  const others = operation.parameters.filter((p) => !p.required);
  const set = (p: Parameter) => (text: string) => setFilled((f) => ({ ...f, values: { ...f.values, [keyOf(p)]: text } }));
  const fields = (list: Parameter[]) => list.map((p) => <Field key={keyOf(p)} p={p} value={filled.values[keyOf(p)] ?? ''} fault={faults[keyOf(p)]} onText={set(p)} />);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const found = faultsOf(operation, filled);
    const key = 'header Idempotency-Key';
    setFaults(found);
    setFailure(null);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      let bearer: string | null = null;
      if (!operation.open) {
        if (!app) throw new TokenRefused('Make an app first: its secret gets the token.');
        const known = currentToken(app.client_id, Date.now());
        if (!known && !secret) throw new TokenRefused('Type the app’s secret to get a token.');
        bearer = (known ?? (await getToken(base, app.client_id, secret.trim()))).value;
        setSecret('');
        setSignedIn(true);
      }
      const got = await send(request, bearer);
      setAnswer(got);
      announce(`The answer is ${statusText(got.status)}.`);
      // The same key is never done twice; the next wish needs its own.
      if (got.status < 300 && filled.values[key]) setFilled((f) => ({ ...f, values: { ...f.values, [key]: randomKey() } }));
      if (got.status === 401) setSignedIn(false);
    } catch (error) {
      if (error instanceof TokenRefused) setSignedIn(false);
      setFailure(error instanceof TokenRefused ? error.message : 'The server did not answer. Check your connection to the network and try again.');
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className={classes.try}>
      <div>
        <Group gap="xs" align="baseline">
          <Badge color="gray" variant="default">{operation.method}</Badge>
          <code className={classes.path}>{operation.path}</code>
        </Group>
        <Text mt="xs">{operation.summary.replace(/\.?$/, '.')}</Text>
      </div>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <Stack gap="md">
          {fields(needed)}
          {operation.body && (
            <Textarea
              label={`Body (${operation.body.type})`} autosize minRows={5} maxRows={24} value={filled.body} error={faults.body} spellCheck={false} classNames={{ input: classes.body }}
              onChange={(event) => { const body = event.currentTarget.value; setFilled((f) => ({ ...f, body })); }}
            />
          )}
          {others.length > 0 && (needed.length === 0 && others.length <= 3 && !operation.body ? fields(others) : (
            <details className={classes.more}>
              <summary>{count(others.length, needed.length > 0 || operation.body ? 'more parameter' : 'parameter', locale)}</summary>
              <Stack gap="md" mt="md">{fields(others)}</Stack>
            </details>
          ))}
          {!operation.open && apps.length > 1 && <Select label="As app" data={apps.map((a) => ({ value: a.id, label: a.name }))} value={app?.id ?? null} onChange={(id) => id && setApp(id)} allowDeselect={false} searchable />}
          {!operation.open && !signedIn && (
            <PasswordInput
              label={app ? `Client secret of ${app.name}` : 'Client secret'} description="Used for a token that lives five minutes, and kept nowhere." value={secret} autoComplete="off"
              onChange={(event) => setSecret(event.currentTarget.value)} visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the secret', tabIndex: 0 }}
            />
          )}
          {failure && <div role="alert"><StateSentence tone="failed">{failure}</StateSentence></div>}
          <Group><Button type="submit" loading={busy}>Send the request</Button></Group>
        </Stack>
      </form>
      <section aria-label="As curl">
        <Text fw={600} mb={4}>As curl</Text>
        <CodeBlock label="Request as curl" code={curlOf(request)} />
        {!operation.open && <Text size="xs" c="dimmed" mt={4}><code>$TOKEN</code> is the access token; the app’s page has the command that gets one.</Text>}
      </section>
      <section aria-label="Answer">
        <Text fw={600} mb={4}>Answer</Text>
        {answer ? <Answer answer={answer} /> : <EmptyState title="Nothing was sent yet">The answer appears here, with its status, time and headers.</EmptyState>}
      </section>
    </div>
  );
}

export default function Explorer() {
  const locale = useLocale();
  const apps = useApps();
  const operations = useOperations();
  const [chosen, choose] = useParam('op');
  const [appId, setApp] = useParam('app');
  const detail = useRef<HTMLDivElement>(null);
  const all = useMemo(() => operations.data ?? [], [operations.data]);
  if (operations.isPending || apps.isPending) return <PageLoading />;
  const title = 'API explorer';
  if (operations.error || apps.error) {
    return (
      <>
        <PageHeader title={title} />
        <ErrorNote title="The server did not describe its API" error={asApiError(apps.error ?? operations.error)} onRetry={() => { void operations.refetch(); void apps.refetch(); }} />
      </>
    );
  }
  const operation = all.find((o) => o.id === chosen) ?? all.find((o) => o.id === 'GET /fhir/R4/Patient') ?? all[0];
  const app = apps.data.find((a) => a.id === appId) ?? apps.data[0];
  return (
    <>
      <PageHeader title={title} sentence={`${count(all.length, 'operation', locale)}, as this server describes them. Choose one, fill it in, send it.`} />
      {operation ? (
        <div className={classes.page}>
          <Operations all={all} chosen={operation.id} choose={(id) => { choose(id); detail.current?.scrollIntoView({ block: 'nearest' }); }} />
          <div ref={detail} className={classes.detail}><Try key={`${operation.id} ${app?.id}`} operation={operation} apps={apps.data} app={app} setApp={setApp} /></div>
        </div>
      ) : <EmptyState title="The server describes no operation">Ask its operator whether the API is switched on.</EmptyState>}
    </>
  );
}
