// SPDX-License-Identifier: Apache-2.0
// How the practice stands: what was shared today, when a change was last seen, what needs somebody.
import { Anchor, Button, Text } from '@mantine/core';
import { Link } from 'react-router-dom';

import { asApiError } from '../../api/client';
import { useOrganization } from '../../api/queries';
import type { Organization } from '../../api/types';
import { EmptyState } from '../../components/EmptyState';
import { PageHeader } from '../../components/PageHeader';
import { ErrorNote, PageError, PageLoading } from '../../components/PageStates';
import { Section } from '../../components/Section';
import { ConnectionStateSentence } from '../../components/StateSentence';
import { TimeAgo } from '../../components/TimeAgo';
import { count } from '../../lib/locale';
import { firstSentence } from '../logic/words';
import { localLink, useAt, useConnections, useGrants, useOrg, useRights, useVendors } from '../parts/data';
import { RowLink, Rows, RowsLoading } from '../parts/Rows';
import classes from '../parts/practice.module.css';
import { filtersSentence } from './Apps';

export default function Overview() {
  const org = useOrg();
  const query = useOrganization(org, { refetchInterval: 5_000 });
  if (query.isPending) return <PageLoading />;
  if (!query.data) return <PageError error={asApiError(query.error)} onRetry={() => void query.refetch()} />;
  return <Loaded organization={query.data} />;
}

function Answer({ organization }: { organization: Organization }) {
  const rights = useRights();
  const change = organization.last_change_at;
  return (
    <>
      {rights.patients && <>{count(organization.shared_today ?? 0, 'patient')} shared today. </>}
      {change ? <>Last change seen <TimeAgo at={change} />.</> : 'No change has been seen yet.'}
    </>
  );
}

function Loaded({ organization }: { organization: Organization }) {
  const org = useOrg();
  const at = useAt();
  const rights = useRights();
  const connections = useConnections(org);
  const grants = useGrants(org, { enabled: rights.activity });
  const vendors = useVendors().data ?? [];
  const live = (grants.data ?? []).filter((g) => !g.revoked);
  const systems = connections.data ?? [];
  if (connections.data?.length === 0) {
    return (
      <>
        <PageHeader
          title="Overview" sentence="Nothing is connected yet, so nothing is shared with anybody."
          action={rights.manage && <Button component={Link} to={at('/connections/new')}>Connect a system</Button>}
        />
        <FirstSteps />
      </>
    );
  }
  const attention = organization.attention ?? [];
  return (
    <>
      <PageHeader title="Overview" sentence={<Answer organization={organization} />} />
      {attention.length > 0 && (
        <Section title="Needs attention">
          <ul className={classes.attention}>
            {attention.map((a) => (
              <li key={a.text}>
                <span style={{ flex: '1 1 300px' }}>{a.text}</span>
                {a.link && <Button component={Link} to={localLink(a.link)} variant="default" size="xs">See what to do</Button>}
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title="Connections" action={<Anchor size="sm" component={Link} to={at('/connections')}>All connections</Anchor>}>
        {connections.isPending && <RowsLoading rows={1} />}
        {connections.error && !connections.data && <ErrorNote error={asApiError(connections.error)} onRetry={() => void connections.refetch()} />}
        {systems.length > 0 && (
          <Rows label="Connections">
            {systems.slice(0, 5).map((c) => (
              <RowLink
                key={c.id} to={at(`/connections/${c.id}`)} name={c.name} detail={c.vendor_name ?? vendors.find((v) => v.id === c.vendor)?.name ?? c.vendor}
                state={<ConnectionStateSentence connection={{ ...c, cause: firstSentence(c.cause), since: undefined }} />}
                end={<>Last read <TimeAgo at={c.last_success_at} zone={c.time_zone} never="never" bare /></>}
              />
            ))}
          </Rows>
        )}
      </Section>
      {rights.activity && (
        <Section title="Apps" action={live.length > 0 && <Anchor size="sm" component={Link} to={at('/apps')}>All apps</Anchor>}>
          {grants.isPending && <RowsLoading rows={1} />}
          {grants.error && !grants.data && <ErrorNote error={asApiError(grants.error)} onRetry={() => void grants.refetch()} />}
          {grants.data && live.length === 0 && (
            <EmptyState
              title="No app sees anything yet"
              action={rights.manage && <Button component={Link} to={at('/apps/new')}>Connect an app</Button>}
            >
              Your system is connected. Choose an app, and which patients it may see.
            </EmptyState>
          )}
          {live.length > 0 && (
            <Rows label="Apps">
              {live.slice(0, 5).map((g) => (
                <RowLink key={g.id} to={at(`/apps/${g.id}`)} name={g.app.name} detail={g.connection.name} state={filtersSentence(g)} />
              ))}
            </Rows>
          )}
        </Section>
      )}
    </>
  );
}

function FirstSteps() {
  return (
    <Section title="How it goes" framed>
      <ol className={classes.numbered}>
        <li>
          <Text size="sm" fw={600}>Connect your practice management system</Text>
          <Text size="sm" c="dimmed">About ten minutes, with the person who may change its settings. Nothing is changed in it.</Text>
        </li>
        <li>
          <Text size="sm" fw={600}>Choose an app, and whose patients it may see</Text>
          <Text size="sm" c="dimmed">You see first how many of last week’s visits would have been shared.</Text>
        </li>
        <li>
          <Text size="sm" fw={600}>Start a visit as always</Text>
          <Text size="sm" c="dimmed">The patient is in the app a second later. Nobody types anything again.</Text>
        </li>
      </ol>
    </Section>
  );
}
