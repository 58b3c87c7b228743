// SPDX-License-Identifier: Apache-2.0
// The main job side by side: the practice's own page at the left, the app at the right, and above
// them what to do and what Pons has seen. Opened by `pons demo`; without one it says how to start it.
import { Anchor, Button, SegmentedControl, Title } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'react-router-dom';

import { useOrganization } from '../api/queries';
import { announce, LiveRegion } from '../app/live';
import { useUser } from '../app/session';
import { EmptyState } from '../components/EmptyState';
import { Icon, Mark } from '../components/icons';
import { currentScene, type Scene } from './scene';
import classes from './Tour.module.css';

/** How many patients came over since this page was opened; null until it is known. */
function useArrived(org: string | undefined): number | null {
  const shared = useOrganization(org ?? '', { enabled: org !== undefined, refetchInterval: 1_000 }).data?.shared_today;
  const before = useRef<number | null>(null);
  if (shared !== undefined && before.current === null) before.current = shared;
  return shared === undefined || before.current === null ? null : shared - before.current;
}

function Frame({ name, title, address, shown }: { name: string; title: string; address: string; shown: boolean }) {
  return (
    <section className={classes.frame} aria-label={name} data-shown={shown}>
      <div className={classes.bar}>
        <Title order={2} className={classes.name}>{name}</Title>
        <Anchor href={address} target="_blank" rel="noopener" size="sm">Open alone</Anchor>
      </div>
      <iframe className={classes.page} title={title} src={address} />
    </section>
  );
}

function Show({ scene }: { scene: Scene }) {
  const user = useUser();
  const org = user.memberships[0]?.organization.id;
  const arrived = useArrived(org);
  const [side, setSide] = useState('practice');
  const done = arrived !== null && arrived > 0;
  useEffect(() => {
    if (done) announce('A patient has arrived in the app.');
  }, [done]);
  const steps = [
    { key: 'visit', done, words: <>In the practice, pick an appointment for a skin check and press <b>Start visit</b>.</> },
    { key: 'arrive', done, words: <>Watch the patient arrive in the app, within a second. Shared are only {scene.shared || 'what the practice allows'}.</> },
    { key: 'back', done: false, words: <>In the app, press <b>Book follow-up</b>, then <b>Send report</b>: both stand in the practice.</> },
    ...(scene.second && org ? [{
      key: 'second', done: false,
      words: (
        <>
          Connect <Anchor href={scene.second} target="_blank" rel="noopener" inherit underline="always">a second practice</Anchor>: there, under
          Setup, let Pons in and generate a pairing code; then <Anchor component={Link} to={`/o/${org}/connections/new`} inherit underline="always">pair it here</Anchor>.
        </>
      ),
    }] : []),
  ];
  return (
    <div className={classes.tour}>
      <header className={classes.head}>
        <div className={classes.top}>
          <Mark size={26} />
          <Title order={1} className={classes.title}>See it work</Title>
          <p className={classes.answer} role="status">
            {done ? `${arrived === 1 ? '1 patient has' : `${arrived} patients have`} come over since you opened this page.`
              : 'Made-up people on this machine. No patient has come over yet.'}
          </p>
          {org && (
            <Button component={Link} to={done ? `/o/${org}/activity` : `/o/${org}`} variant={done ? 'filled' : 'default'} className={classes.go}>
              {done ? 'See what travelled' : 'Open the portal'}
            </Button>
          )}
        </div>
        <ol className={classes.steps}>
          {steps.map((step, i) => (
            <li key={step.key} className={classes.step}>
              <span className={classes.number} data-done={step.done}>
                {step.done ? <Icon name="check" size={16} /> : <span aria-hidden="true">{i + 1}</span>}
              </span>
              <span>{step.words}{step.done && <span className="visually-hidden"> Done.</span>}</span>
            </li>
          ))}
        </ol>
        <SegmentedControl
          className={classes.side} fullWidth value={side} onChange={setSide} aria-label="Shown"
          data={[{ value: 'practice', label: 'Practice' }, { value: 'app', label: 'App' }]}
        />
      </header>
      <main id="main" className={classes.stage}>
        <Frame name="The practice (Best Practice sandbox)" title="The practice’s own system" address={scene.practice} shown={side === 'practice'} />
        {scene.app
          ? <Frame name="The app (example: patient list)" title="The example app" address={scene.app} shown={side === 'app'} />
          : (
            <section className={classes.frame} aria-label="The app" data-shown={side === 'app'}>
              <EmptyState title="The example app does not run">
                It needs Node 18 or newer, and is installed by <code>scripts/demo</code>. Everything else works: visits that you start are in the portal’s activity.
              </EmptyState>
            </section>
          )}
      </main>
      <LiveRegion />
    </div>
  );
}

export default function Tour() {
  const [scene] = useState(currentScene);
  useEffect(() => {
    document.title = 'See it work · Pons';
  }, []);
  if (scene) return <Show scene={scene} />;
  return (
    <main id="main" className={classes.none}>
      <Title order={1} className={classes.title}>See it work</Title>
      <EmptyState title="No demo is running" action={<Button component={Link} to="/">Open the portal</Button>}>
        Run <code>scripts/demo</code> and open the address it prints: a made-up practice stands beside an app, and you start a visit.
      </EmptyState>
    </main>
  );
}
