// SPDX-License-Identifier: Apache-2.0
// The numbers behind the charts: a scale with round figures, the path of a line with its gaps, and the
// sentence that says what a chart shows.
import type { UsagePoint } from '../../api/types';
import { count, formatNumber, type Locale } from '../../lib/locale';

/** Round figures from 0 to at least `most`, at most five of them. */
export function ticks(most: number): number[] {
  if (!(most > 0)) return [0, 1];
  const rough = most / 4;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * magnitude).find((n) => n >= rough) ?? rough;
  const whole = step < 1 && most >= 4 ? 1 : step;
  const out: number[] = [];
  for (let at = 0; ; at += whole) {
    out.push(Number(at.toPrecision(12)));
    if (at >= most) return out;
  }
}

export interface Box {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export function xOf(box: Box, index: number, points: number): number {
  const wide = box.width - box.left - box.right;
  return box.left + (points <= 1 ? wide / 2 : (wide * index) / (points - 1));
}

export function yOf(box: Box, value: number, most: number): number {
  const high = box.height - box.top - box.bottom;
  return box.top + high * (1 - (most > 0 ? value / most : 0));
}

/** A line is broken where nothing was measured. */
export function linePath(box: Box, values: (number | null | undefined)[], most: number): string {
  let drawing = false;
  let path = '';
  values.forEach((value, index) => {
    if (value === null || value === undefined) {
      drawing = false;
      return;
    }
    const at = `${xOf(box, index, values.length).toFixed(1)} ${yOf(box, value, most).toFixed(1)}`;
    path += `${drawing ? 'L' : 'M'}${at}`;
    drawing = true;
  });
  return path;
}

/** Values with nothing measured on either side: a line would not show them. */
export function lonely(values: (number | null | undefined)[]): number[] {
  const there = (index: number) => values[index] !== null && values[index] !== undefined;
  return values.flatMap((_, index) => (there(index) && !there(index - 1) && !there(index + 1) ? [index] : []));
}

export type Percentile = 'p50_ms' | 'p95_ms' | 'p99_ms';

/** How long receivers of webhooks took to answer. */
export function sentTimes(points: UsagePoint[], which: Percentile): (number | null)[] {
  return points.map((p) => (p.deliveries && p.deliveries.attempts > 0 ? p.deliveries[which] ?? null : null));
}

/** Where nothing was asked there is no time, whatever number stands there. */
export function timed(points: UsagePoint[], which: Percentile): (number | null)[] {
  return points.map((p) => (p.requests > 0 ? p[which] ?? null : null));
}

export interface UsageTotals {
  requests: number;
  errors: number;
  deliveries: number;
  /** The middle of the points' medians; null where nothing was measured. */
  typicalMs: number | null;
  slowestMs: number | null;
}

export function totals(points: UsagePoint[]): UsageTotals {
  const known = timed(points, 'p50_ms').filter((n) => n !== null).sort((a, b) => a - b);
  const slow = timed(points, 'p99_ms').filter((n) => n !== null);
  return {
    requests: points.reduce((sum, p) => sum + p.requests, 0),
    errors: points.reduce((sum, p) => sum + p.errors, 0),
    deliveries: points.reduce((sum, p) => sum + (p.deliveries?.attempts ?? 0), 0),
    typicalMs: known.length ? (known[Math.floor((known.length - 1) / 2)] ?? null) : null,
    slowestMs: slow.length ? Math.max(...slow) : null,
  };
}

export function milliseconds(ms: number, locale: Locale): string {
  if (ms >= 10_000) return `${formatNumber(Math.round(ms / 1000), locale)} s`;
  if (ms >= 1_000) return `${formatNumber(Math.round(ms / 100) / 10, locale)} s`;
  return `${formatNumber(ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms), locale)} ms`;
}

export function usageSentence(points: UsagePoint[], days: number, locale: Locale): string {
  const t = totals(points);
  const period = days === 1 ? 'the last day' : `the last ${days} days`;
  if (t.requests === 0 && t.deliveries === 0) return `Nothing was asked and nothing was sent in ${period}.`;
  const share = t.requests > 0 ? (100 * t.errors) / t.requests : 0;
  const refused = t.errors === 0 ? 'none was refused' : `${count(t.errors, 'was refused', locale, 'were refused')} (${formatNumber(Math.max(0.1, Math.round(share * 10) / 10), locale)} %)`;
  const pace = t.typicalMs === null ? '' : ` Half of them were answered within ${milliseconds(t.typicalMs, locale)}.`;
  return `${count(t.requests, 'request', locale)} in ${period}; ${refused}.${pace}`;
}
