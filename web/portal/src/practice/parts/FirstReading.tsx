// SPDX-License-Identifier: Apache-2.0
// How far a new connection has come.
import { Text } from '@mantine/core';

import type { Connection } from '../../api/types';
import { StateSentence, type Tone } from '../../components/StateSentence';
import { firstReading } from '../logic/words';
import classes from './practice.module.css';

const TONES: Record<Connection['progress'][number]['state'], Tone> = {
  done: 'ok', running: 'running', waiting: 'waiting', failed: 'failed',
};

export function FirstReading({ connection }: { connection: Pick<Connection, 'progress' | 'state'> }) {
  const reading = firstReading(connection);
  if (!reading) return null;
  return (
    <div style={{ marginTop: 16 }}>
      <Text component="p" size="sm" m={0} mb={8}>Setting up: {reading.done} of {reading.total} steps done.</Text>
      <span className={classes.bar} role="progressbar" aria-label="Setting up" aria-valuemin={0} aria-valuemax={reading.total} aria-valuenow={reading.done}>
        <span style={{ width: `${Math.round((reading.done / reading.total) * 100)}%` }} />
      </span>
      <ul className={classes.reasons}>
        {connection.progress.map((p) => (
          <li key={p.text}><StateSentence tone={TONES[p.state]}>{p.text}</StateSentence></li>
        ))}
      </ul>
    </div>
  );
}
