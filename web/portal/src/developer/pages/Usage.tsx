// SPDX-License-Identifier: Apache-2.0
// How much an app asked, how much was refused, and how long answers and messages took.
import { Group, SegmentedControl, Select, Skeleton, Stack } from '@mantine/core';

import { asApiError } from '../../api/client';
import { useLocale } from '../../app/session';
import { EmptyState } from '../../components/EmptyState';
import { PageHeader } from '../../components/PageHeader';
import { ErrorNote, PageLoading } from '../../components/PageStates';
import { Section } from '../../components/Section';
import { useParam } from '../../lib/hooks';
import { count, formatNumber } from '../../lib/locale';
import { Chart } from '../Chart';
import { useApps, useUsage } from '../data';
import { milliseconds, sentTimes, timed, totals, usageSentence } from '../lib/chart';

export default function Usage() {
  const locale = useLocale();
  const apps = useApps();
  const [id, setId] = useParam('app');
  const [period, setPeriod] = useParam('days', '14');
  const days = [1, 7, 14, 30].includes(Number(period)) ? Number(period) : 14;
  const app = apps.data?.find((a) => a.id === id) ?? apps.data?.[0];
  const usage = useUsage(app?.id, days);
  if (apps.isPending) return <PageLoading />;
  const title = 'Usage and latency';
  if (apps.error) return <><PageHeader title={title} /><ErrorNote error={asApiError(apps.error)} onRetry={() => void apps.refetch()} /></>;
  if (!app) return <><PageHeader title={title} /><EmptyState title="No app yet">Make an app first; what it asks is counted here.</EmptyState></>;
  const points = usage.data?.points ?? [];
  const times = points.map((p) => p.at);
  const hourly = days <= 2;
  const whole = (value: number) => formatNumber(value, locale);
  const ms = (value: number) => milliseconds(value, locale);
  const t = totals(points);
  const some = t.requests > 0 || t.deliveries > 0;
  return (
    <>
      <PageHeader title={title} sentence={usage.data ? usageSentence(points, days, locale) : undefined} />
      <Group gap="sm" mb="lg">
        {apps.data.length > 1 && <Select aria-label="App" data={apps.data.map((a) => ({ value: a.id, label: a.name }))} value={app.id} allowDeselect={false} searchable onChange={(value) => setId(value ?? '')} w={260} />}
        <SegmentedControl
          aria-label="Period" value={String(days)} onChange={setPeriod} transitionDuration={0}
          data={[{ value: '1', label: '24 hours' }, { value: '7', label: '7 days' }, { value: '14', label: '14 days' }, { value: '30', label: '30 days' }]}
        />
      </Group>
      {usage.isPending && <Stack gap="lg" role="status" aria-label="Loading usage"><Skeleton height={280} /><Skeleton height={280} /></Stack>}
      {usage.error && <ErrorNote error={asApiError(usage.error)} onRetry={() => void usage.refetch()} title="The figures could not be loaded" />}
      {usage.data && !some && <EmptyState title="Nothing in this time">{app.name} asked nothing and was told nothing. Try a longer time, or send a request from the explorer.</EmptyState>}
      {usage.data && some && (
        <>
          <Section title="Requests" sentence={`${count(t.requests, 'request', locale)}, ${count(t.errors, 'refused', locale, 'refused')}.`}>
            <Chart label="Requests" times={times} hourly={hourly} kind="bars" format={whole} series={[{ name: 'Requests', values: points.map((p) => p.requests), tone: 'accent' }, { name: 'Refused', values: points.map((p) => p.errors), tone: 'failed' }]} />
          </Section>
          {t.slowestMs !== null && (
            <Section title="How long answers took" sentence="Half of all requests were at least as quick as the median, 95 and 99 of 100 as quick as the lines above it.">
              <Chart label="Time to answer" times={times} hourly={hourly} kind="lines" format={ms} series={[{ name: 'Median', values: timed(points, 'p50_ms'), tone: 'accent' }, { name: '95 of 100', values: timed(points, 'p95_ms'), tone: 'middle' }, { name: '99 of 100', values: timed(points, 'p99_ms'), tone: 'quiet' }]} />
            </Section>
          )}
          {t.deliveries > 0 && (
            <Section title="Webhook messages" sentence={`${count(t.deliveries, 'try', locale, 'tries')} to deliver one.`}>
              <Chart label="Webhook messages" times={times} hourly={hourly} kind="bars" format={whole} series={[{ name: 'Tries', values: points.map((p) => p.deliveries?.attempts), tone: 'accent' }, { name: 'Not taken', values: points.map((p) => p.deliveries?.failed), tone: 'failed' }]} />
              {sentTimes(points, 'p99_ms').some((n) => n !== null) && (
                <Stack mt="md">
                  <Chart label="Time to be taken" times={times} hourly={hourly} kind="lines" format={ms} series={[{ name: 'Median', values: sentTimes(points, 'p50_ms'), tone: 'accent' }, { name: '95 of 100', values: sentTimes(points, 'p95_ms'), tone: 'middle' }, { name: '99 of 100', values: sentTimes(points, 'p99_ms'), tone: 'quiet' }]} />
                </Stack>
              )}
            </Section>
          )}
        </>
      )}
    </>
  );
}
