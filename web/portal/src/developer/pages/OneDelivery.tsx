// SPDX-License-Identifier: Apache-2.0
// One delivery: what was sent, with which headers, what came back, each attempt; and sending it again.
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from 'react-router-dom';

import { api, asApiError } from '../../api/client';
import { keys } from '../../api/keys';
import { announce } from '../../app/live';
import { useLocale } from '../../app/session';
import { CodeBlock } from '../../components/CodeBlock';
import { EmptyState } from '../../components/EmptyState';
import { PageHeader } from '../../components/PageHeader';
import { ErrorNote, PageError, PageLoading } from '../../components/PageStates';
import { Facts, Section } from '../../components/Section';
import { StateSentence } from '../../components/StateSentence';
import { ExactTime, TimeAgo } from '../../components/TimeAgo';
import { count } from '../../lib/locale';
import { Attempts } from '../Attempts';
import { type DeliveryFull, useApps, useWebhooks } from '../data';
import { pretty } from '../lib/explorer';
import { hostOf } from '../lib/overview';
import { deliveryState, statusText } from '../lib/webhooks';

export default function OneDelivery() {
  const { webhook = '', delivery = '' } = useParams();
  const locale = useLocale();
  const client = useQueryClient();
  const apps = useApps();
  const hooks = useWebhooks(apps.data);
  const query = useQuery({
    queryKey: keys.delivery(webhook, delivery),
    queryFn: ({ signal }) => api.get<DeliveryFull>(`/webhooks/${webhook}/deliveries/${delivery}`, undefined, signal),
    refetchInterval: (q) => (q.state.data && q.state.data.state !== 'delivered' ? 3_000 : false),
  });
  const replay = useMutation({
    mutationFn: () => api.post(`/webhooks/${webhook}/replay`, { delivery: /^\d+$/.test(delivery) ? Number(delivery) : delivery }),
    onSuccess: async () => {
      announce('It is sent again.');
      await client.invalidateQueries({ queryKey: ['webhooks', webhook] });
    },
  });
  if (query.isPending) return <PageLoading />;
  if (query.error) return <PageError error={asApiError(query.error)} onRetry={() => void query.refetch()} />;
  const d = query.data;
  const told = deliveryState(d);
  const hook = hooks.rows.find((row) => row.hook.id === webhook)?.hook;
  const headers = Object.entries(d.headers ?? {}).map(([name, value]) => `${name}: ${value}`).join('\n');
  return (
    <>
      <PageHeader
        title={d.event_type} crumbs={[{ label: 'Webhooks', to: '/developer/webhooks' }, { label: hook ? hostOf(hook.url) : 'Webhook', to: `/developer/webhooks/${webhook}` }]}
        sentence={<StateSentence tone={told.tone} cause={told.cause} size="md">{told.word}</StateSentence>}
        action={<Button onClick={() => replay.mutate()} loading={replay.isPending}>Send it again</Button>}
      />
      {replay.error && <ErrorNote error={asApiError(replay.error)} title="It was not sent again" />}
      <Section title="About it" framed>
        <Facts
          items={[
            ['webhook-id', <code key="id">{d.event_id ?? d.id}</code>],
            ...(d.record ? [['Record', <code key="r">{d.record}</code>] as [string, React.ReactNode]] : []),
            ['Tries', String(d.attempts)],
            d.delivered_at ? ['Delivered', <ExactTime key="d" at={d.delivered_at} />] : ['Next try', d.state === 'failed' ? 'None: given up' : <TimeAgo key="n" at={d.due_at} never="soon" />],
          ]}
        />
      </Section>
      {((d.attempt_log?.length ?? 0) > 0 || d.attempts > 0) && (
        <Section title="Tries" sentence={`${count(d.attempts, 'try', locale, 'tries')} so far.`}>
          <Attempts log={d.attempt_log ?? []} total={d.attempts} next={d.delivered_at || d.state === 'failed' ? null : d.due_at} />
        </Section>
      )}
      <Section title="Payload" sentence="Exactly these bytes are signed.">
        <CodeBlock label="Payload as it was sent" code={typeof d.payload === 'string' ? pretty(d.payload) : d.payload} />
      </Section>
      <Section title="Headers">{headers ? <CodeBlock label="Headers as they were sent" code={headers} /> : <EmptyState title="Not sent yet">Headers are made when it is sent.</EmptyState>}</Section>
      <Section title="Response" sentence={statusText(d.last_status) || undefined}>
        {d.response_excerpt ? <CodeBlock label="Body of the response" code={pretty(d.response_excerpt)} /> : <EmptyState title={d.last_status ? 'The answer was empty' : 'No answer came'}>{d.last_error || (d.attempts === 0 ? 'It was not sent yet.' : undefined)}</EmptyState>}
      </Section>
    </>
  );
}
