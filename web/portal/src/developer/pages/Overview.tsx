// SPDX-License-Identifier: Apache-2.0
// The developer's first page: what is wrong now, the five first steps, and how much was asked.
import { Anchor, Button, Stack, Text } from '@mantine/core';
import { Link } from 'react-router-dom';

import { asApiError } from '../../api/client';
import { useLocale, useSession } from '../../app/session';
import { Icon } from '../../components/icons';
import { PageHeader } from '../../components/PageHeader';
import { ErrorNote, PageLoading } from '../../components/PageStates';
import { Section } from '../../components/Section';
import { StateSentence } from '../../components/StateSentence';
import { useApps, useConnections, useOrganizations, useSandboxes, useUsage, useWebhooks } from '../data';
import { usageSentence } from '../lib/chart';
import { firstSteps, type Known, overviewSentence, type Step, troubles } from '../lib/overview';
import classes from './Overview.module.css';

function Steps({ steps }: { steps: Step[] }) {
  const next = steps.find((s) => !s.done);
  return (
    <ol className={classes.steps}>
      {steps.map((step, n) => (
        <li key={step.key} data-done={step.done || undefined} data-next={step === next || undefined}>
          <span className={classes.mark} aria-hidden="true">{step.done ? <Icon name="check" size={16} /> : n + 1}</span>
          <div className={classes.words}>
            <Text fw={600}>{step.title}{step.done && <span className="visually-hidden"> (done)</span>}</Text>
            <Text c="dimmed">{step.text}</Text>
          </div>
          {!step.done && (
            <Button component={Link} to={step.to} variant={step === next ? 'filled' : 'default'} className={classes.go}>{step.action}</Button>
          )}
        </li>
      ))}
    </ol>
  );
}

export default function Overview() {
  const locale = useLocale();
  const session = useSession();
  const apps = useApps();
  const webhooks = useWebhooks(apps.data);
  const organizations = useOrganizations();
  const connections = useConnections(organizations.data);
  const withSandboxes = session.sandboxes !== false;
  const sandboxes = useSandboxes({ enabled: withSandboxes });
  const first = apps.data?.[0];
  const usage = useUsage(first?.id, 14);

  if (apps.isPending || (apps.data && apps.data.length > 0 && (webhooks.loading || (usage.isPending && !usage.error)))) return <PageLoading />;
  if (apps.error) return <><PageHeader title="Overview" /><ErrorNote error={asApiError(apps.error)} onRetry={() => void apps.refetch()} /></>;
  const known: Known = {
    apps: apps.data,
    webhooks: webhooks.rows,
    connections: connections.rows.map((row) => row.connection),
    sandboxes: sandboxes.data ?? [],
    usage: usage.data?.points ?? [],
  };
  const now = Date.now();
  const wrong = troubles(known, now);
  const steps = firstSteps(known, withSandboxes);
  const left = steps.filter((s) => !s.done).length;
  return (
    <>
      <PageHeader title="Overview" sentence={overviewSentence(known, now, locale)} />
      {wrong.length > 0 && (
        <Section title="What is wrong at the moment">
          <ul className={classes.wrong}>
            {wrong.map((trouble) => (
              <li key={`${trouble.text} ${trouble.to}`}>
                <StateSentence tone="attention" cause={trouble.cause}>{trouble.text}</StateSentence>
                <Anchor component={Link} to={trouble.to} className={classes.look}>Look at it<span className="visually-hidden">: {trouble.text}</span></Anchor>
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section
        title={left === 0 ? 'First steps, all done' : 'First steps'}
        sentence={left === 0 ? 'Key, practice, patient, webhook, booking: all five work.' : 'From a key to a confirmed booking, in about ten minutes.'}
      >
        <Steps steps={steps} />
      </Section>
      {first && usage.data && (
        <Section title="Requests" sentence={usageSentence(usage.data.points, 14, locale)}>
          <Stack gap="xs" align="flex-start">
            <Anchor component={Link} to={`/developer/usage?app=${first.id}`}>See usage and latency of {first.name}</Anchor>
            <Anchor component={Link} to="/developer/logs">See each request in the logs</Anchor>
          </Stack>
        </Section>
      )}
    </>
  );
}
