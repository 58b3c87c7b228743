// SPDX-License-Identifier: Apache-2.0
// A small chart in SVG: lines or bars over time, with a table of the same figures for who cannot or
// would rather not see it. Colours are tokens; each line has its own dashes too.
import { useElementSize } from '@mantine/hooks';
import { useState } from 'react';

import { useLocale } from '../app/session';
import classes from './Chart.module.css';
import { type Box, linePath, lonely, ticks, xOf, yOf } from './lib/chart';

export interface Series {
  name: string;
  values: (number | null | undefined)[];
  tone: 'accent' | 'middle' | 'quiet' | 'failed';
}

export interface ChartProps {
  /** What it shows, for screen readers. */
  label: string;
  times: string[];
  series: Series[];
  kind: 'bars' | 'lines';
  format: (value: number) => string;
  /** Hours are told apart on the axis; otherwise days. */
  hourly: boolean;
}

const colors = { accent: 'var(--pons-accent)', middle: 'var(--pons-ok)', quiet: 'var(--pons-quiet)', failed: 'var(--pons-failed)' };
const dashes = { accent: undefined, middle: '8 3 2 3', quiet: '2 4', failed: '6 3' };

export function Chart({ label, times, series, kind, format, hourly }: ChartProps) {
  const locale = useLocale();
  const { ref, width } = useElementSize();
  const [at, setAt] = useState<number | null>(null);
  const most = Math.max(0, ...series.flatMap((s) => s.values.map((v) => v ?? 0)));
  const marks = ticks(most);
  const top = marks[marks.length - 1] ?? 1;
  const box: Box = { width: Math.max(width, 240), height: 200, left: 56, right: 12, top: 12, bottom: 28 };
  const when = new Intl.DateTimeFormat(locale, hourly ? { hour: 'numeric', minute: '2-digit' } : { day: 'numeric', month: 'short' });
  const whole = new Intl.DateTimeFormat(locale, hourly ? { day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' } : { weekday: 'short', day: 'numeric', month: 'short' });
  const every = Math.max(1, Math.ceil(times.length / Math.max(2, Math.floor(box.width / 90))));
  const slot = (box.width - box.left - box.right) / Math.max(1, times.length);
  const placeOf = (n: number) => (kind === 'bars' ? box.left + slot * (n + 0.5) : xOf(box, n, times.length));
  const ground = yOf(box, 0, top);
  const shown = at === null ? null : times[at];
  return (
    <figure className={classes.chart} aria-label={label}>
      <figcaption className={classes.legend}>
        {series.map((s) => (
          <span key={s.name}>
            <svg width="18" height="10" aria-hidden="true"><line x1="0" x2="18" y1="5" y2="5" stroke={colors[s.tone]} strokeWidth={kind === 'bars' ? 8 : 2} strokeDasharray={kind === 'bars' ? undefined : dashes[s.tone]} /></svg>
            {s.name}{at !== null && <b> {s.values[at] == null ? '–' : format(s.values[at] as number)}</b>}
          </span>
        ))}
        <span className={classes.when}>{shown ? whole.format(new Date(shown)) : '\u00a0'}</span>
      </figcaption>
      <div ref={ref} className={classes.plot}>
        <svg
          width={box.width} height={box.height} role="img" aria-label={`${label}. The figures are in the table below.`} onPointerLeave={() => setAt(null)}
          onPointerMove={(event) => {
            const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
            const n = kind === 'bars' ? Math.floor((x - box.left) / slot) : Math.round(((x - box.left) / (box.width - box.left - box.right)) * (times.length - 1));
            setAt(n >= 0 && n < times.length ? n : null);
          }}
        >
          {marks.map((mark) => (
            <g key={mark}>
              <line x1={box.left} x2={box.width - box.right} y1={yOf(box, mark, top)} y2={yOf(box, mark, top)} className={classes.grid} />
              <text x={box.left - 8} y={yOf(box, mark, top) + 4} textAnchor="end" className={classes.tick}>{format(mark)}</text>
            </g>
          ))}
          {times.map((time, n) => (n % every === 0 ? <text key={time} x={placeOf(n)} y={box.height - 8} textAnchor="middle" className={classes.tick}>{when.format(new Date(time))}</text> : null))}
          {at !== null && <line x1={placeOf(at)} x2={placeOf(at)} y1={box.top} y2={ground} className={classes.cursor} />}
          {kind === 'bars'
            ? series.map((s, k) => s.values.map((value, n) => {
                if (!value) return null;
                const wide = Math.max(1, Math.min(28, slot * 0.7));
                const high = Math.max(1.5, ground - yOf(box, value, top));
                return <rect key={`${k} ${n}`} x={placeOf(n) - wide / 2} y={ground - high} width={wide} height={high} rx={Math.min(2, wide / 4)} fill={colors[s.tone]} />;
              }))
            : series.map((s) => (
                <g key={s.name}>
                  <path d={linePath(box, s.values, top)} fill="none" stroke={colors[s.tone]} strokeWidth="2" strokeDasharray={dashes[s.tone]} strokeLinejoin="round" />
                  {lonely(s.values).map((n) => <circle key={n} cx={xOf(box, n, times.length)} cy={yOf(box, s.values[n] ?? 0, top)} r="3" fill={colors[s.tone]} />)}
                </g>
              ))}
        </svg>
      </div>
      <details className={classes.figures}>
        <summary>Show the figures</summary>
        <div className={classes.scroll} tabIndex={0} role="region" aria-label={`${label}, figures`}>
          <table>
            <thead><tr><th scope="col">When</th>{series.map((s) => <th key={s.name} scope="col">{s.name}</th>)}</tr></thead>
            <tbody>{times.map((time, n) => <tr key={time}><th scope="row">{whole.format(new Date(time))}</th>{series.map((s) => <td key={s.name}>{s.values[n] == null ? '–' : format(s.values[n] as number)}</td>)}</tr>)}</tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}
