// SPDX-License-Identifier: Apache-2.0
// The tries to deliver one message, the first on top, and the one that comes next.
import { Text } from '@mantine/core';

import { useLocale } from '../app/session';
import { StateSentence } from '../components/StateSentence';
import { ExactTime, TimeAgo } from '../components/TimeAgo';
import { count } from '../lib/locale';
import classes from './Attempts.module.css';
import type { Attempt } from './data';
import { milliseconds } from './lib/chart';
import { attemptWords } from './lib/webhooks';

export function Attempts({ log, total, next }: { log: Attempt[]; total: number; next?: string | null }) {
  const locale = useLocale();
  // The server keeps the newest; they come in either order.
  const rows = [...log].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const missing = total - rows.length;
  return (
    <ol className={classes.line} aria-label="Tries">
      {missing > 0 && <li className={classes.gap}><Text c="dimmed">{count(missing, 'earlier try', locale, 'earlier tries')} {missing === 1 ? 'is' : 'are'} not kept.</Text></li>}
      {rows.map((row, i) => {
        const told = attemptWords(row);
        return (
          <li key={`${row.at} ${i}`}>
            <StateSentence tone={told.tone} cause={told.cause}>{told.word}</StateSentence>
            <Text size="sm" c="dimmed" className={classes.when}>
              <ExactTime at={row.at} />{row.latency_ms != null && ` · ${milliseconds(row.latency_ms, locale)}`}
            </Text>
            {row.response_excerpt && told.tone !== 'ok' && <pre className={classes.excerpt} tabIndex={0} role="region" aria-label={`Answer to try ${missing + i + 1}`}>{row.response_excerpt}</pre>}
          </li>
        );
      })}
      {next && <li><StateSentence tone="waiting">Next try</StateSentence><Text size="sm" c="dimmed" className={classes.when}><TimeAgo at={next} /></Text></li>}
    </ol>
  );
}
