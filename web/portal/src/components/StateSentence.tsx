// SPDX-License-Identifier: Apache-2.0
// A state is a sentence with a colour and a shape: "Attention: password refused since 09:12".
import { Text } from '@mantine/core';
import type { ReactNode } from 'react';

import type { ConnectionState } from '../api/types';
import classes from './StateSentence.module.css';
import { TimeAgo } from './TimeAgo';

export type Tone = 'ok' | 'attention' | 'failed' | 'running' | 'waiting' | 'off';

/** Each tone has its own shape, so that nobody needs the colour. */
const shapes: Record<Tone, ReactNode> = {
  ok: (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      <path d="m4.8 8.3 2.2 2.2 4.2-4.8" stroke="var(--pons-surface)" strokeWidth="1.8" fill="none" strokeLinecap="round" strokeLinejoin="round" />
    </>
  ),
  attention: (
    <>
      <path d="M8 1 15.5 14.5H.5z" fill="currentColor" strokeLinejoin="round" />
      <path d="M8 6v4M8 12.2v.01" stroke="var(--pons-surface)" strokeWidth="1.8" strokeLinecap="round" />
    </>
  ),
  failed: (
    <>
      <path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" fill="currentColor" />
      <path d="m5.5 5.5 5 5m0-5-5 5" stroke="var(--pons-surface)" strokeWidth="1.8" strokeLinecap="round" />
    </>
  ),
  running: (
    <>
      <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="2" opacity=".35" />
      <path d="M8 2a6 6 0 0 1 6 6" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
    </>
  ),
  waiting: <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="2" strokeDasharray="3 3" />,
  off: (
    <>
      <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="2" />
      <path d="M6.2 5.8v4.4m3.6-4.4v4.4" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />
    </>
  ),
};

export interface StateSentenceProps {
  tone: Tone;
  /** The word: "Active". */
  children: ReactNode;
  /** Why, after a colon. */
  cause?: ReactNode;
  /** Since when. */
  since?: string | null;
  zone?: string;
  size?: 'sm' | 'md';
}

export function StateSentence({ tone, children, cause, since, zone, size = 'sm' }: StateSentenceProps) {
  return (
    <span className={classes.state} data-tone={tone} data-size={size}>
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" focusable="false" className={classes.shape}>{shapes[tone]}</svg>
      <Text component="span" inherit>
        <span className={classes.word}>{children}</span>
        {cause ? <>: {cause}</> : null}
        {since ? <span className={classes.since}> since <TimeAgo at={since} zone={zone} bare /></span> : null}
      </Text>
    </span>
  );
}

const connectionTones: Record<ConnectionState, [Tone, string]> = {
  pending: ['waiting', 'Pending'],
  connecting: ['running', 'Connecting'],
  active: ['ok', 'Active'],
  attention: ['attention', 'Attention'],
  paused: ['off', 'Paused'],
  revoked: ['failed', 'Disconnected'],
};

export function ConnectionStateSentence({ connection, size }: {
  connection: { state: ConnectionState; cause?: string; since?: string; time_zone?: string };
  size?: 'sm' | 'md';
}) {
  const [tone, word] = connectionTones[connection.state] ?? ['waiting', connection.state];
  const told = connection.state === 'attention' || connection.state === 'paused' || connection.state === 'revoked';
  return (
    <StateSentence tone={tone} cause={connection.cause || undefined} since={told ? connection.since : undefined} zone={connection.time_zone} size={size}>
      {word}
    </StateSentence>
  );
}
