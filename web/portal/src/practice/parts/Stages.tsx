// SPDX-License-Identifier: Apache-2.0
// Paired, linked, reading: how far a connection that began with a code has come.
import type { Connection } from '../../api/types';
import { StateSentence, type Tone } from '../../components/StateSentence';
import { type Stage, stages } from '../logic/ways';
import own from './Ways.module.css';

const TONES: Record<Stage, Tone> = { done: 'ok', running: 'running', waiting: 'waiting', failed: 'attention' };

export function Stages({ connection }: { connection: Pick<Connection, 'state' | 'last_success_at'> }) {
  return (
    <ol className={own.stages} aria-label="How far it is" style={{ marginTop: 16 }}>
      {stages(connection).map((s) => (
        <li key={s.text}><StateSentence tone={TONES[s.state]}>{s.text}</StateSentence></li>
      ))}
    </ol>
  );
}
