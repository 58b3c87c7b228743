// SPDX-License-Identifier: Apache-2.0
// Webhooks and their deliveries in words.
import type { Delivery, Webhook } from '../../api/types';
import type { Tone } from '../../components/StateSentence';
import { count, type Locale } from '../../lib/locale';

export interface Told {
  tone: Tone;
  word: string;
  cause?: string;
  since?: string | null;
}

const statusWords: Record<number, string> = {
  400: 'bad request', 401: 'not signed in', 403: 'forbidden', 404: 'not found', 405: 'method not allowed', 408: 'timed out',
  410: 'gone', 413: 'too large', 415: 'wrong format', 422: 'refused', 429: 'too many requests', 500: 'server error',
  502: 'bad gateway', 503: 'unavailable', 504: 'gateway timed out',
};

/** "404 not found"; empty where no answer came. */
export function statusText(status: number | null | undefined): string {
  if (!status) return '';
  const words = statusWords[status] ?? (status < 300 ? 'accepted' : status < 400 ? 'redirect, not followed' : 'refused');
  return `${status} ${words}`;
}

export function webhookState(hook: Webhook & { cause?: string | null; failed?: number }): Told {
  if (hook.state === 'disabled') return { tone: 'failed', word: 'Switched off', cause: hook.cause || hook.last_error || undefined, since: hook.failing_since };
  if (hook.state === 'paused') return { tone: 'off', word: 'Paused' };
  if (hook.failing_since || hook.last_error) {
    return { tone: 'attention', word: 'Failing', cause: hook.last_error || statusText(hook.last_status) || undefined, since: hook.failing_since };
  }
  if (!hook.last_delivered_at) return { tone: 'waiting', word: 'Nothing sent yet' };
  return { tone: 'ok', word: 'Working' };
}

export function deliveryState(delivery: Pick<Delivery, 'state' | 'attempts' | 'last_status' | 'last_error'>): Told {
  const why = delivery.last_error || statusText(delivery.last_status) || undefined;
  switch (delivery.state) {
    case 'delivered':
      return { tone: 'ok', word: 'Delivered' };
    case 'failed':
      return { tone: 'failed', word: 'Given up', cause: why };
    case 'queued':
    case 'pending':
      return delivery.attempts > 0 ? { tone: 'attention', word: 'Will be tried again', cause: why } : { tone: 'waiting', word: 'Waiting' };
    default:
      return { tone: 'waiting', word: delivery.state, cause: why };
  }
}

/** One try: what came of it. */
export function attemptWords(attempt: { status?: number | null; error?: string | null }): Told {
  const status = attempt.status ?? 0;
  if (status >= 200 && status < 300) return { tone: 'ok', word: 'Taken', cause: statusText(status) };
  return { tone: status ? 'attention' : 'failed', word: status ? 'Not taken' : 'No answer', cause: statusText(status) || attempt.error || undefined };
}

export const deliveryFilters = [
  { value: '', label: 'All deliveries' },
  { value: 'delivered', label: 'Delivered' },
  { value: 'queued', label: 'Waiting' },
  { value: 'failed', label: 'Given up' },
];

/** What a webhook can be told of. */
export const eventTypes: string[] = ['patient', 'encounter', 'appointment', 'practitioner', 'practitionerrole', 'location', 'healthcareservice', 'condition', 'documentreference', 'task']
  .flatMap((type) => ['created', 'updated', 'deleted'].map((event) => `${type}.${event}`));

export function eventsText(events: string[]): string {
  if (events.length === 0) return 'All events';
  if (events.length <= 2) return events.join(', ');
  return `${events.slice(0, 2).join(', ')} and ${events.length - 2} more`;
}

/** What is wrong with an address before the server is asked; null where nothing is. */
export function addressFault(text: string, development: boolean): string | null {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    return 'Write the whole address, for instance https://app.example.org/pons.';
  }
  if (url.username || url.password) return 'Leave the user name and password out of the address; the signature proves who sends.';
  if (url.protocol !== 'https:' && !(development && url.protocol === 'http:')) return 'The address begins with https://.';
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  if (url.protocol === 'https:' && port !== 443 && port < 1024) return 'The port is 443, or 1024 and above.';
  return null;
}

/** The moment that "replay since" means, as the server takes it: RFC 3339, UTC. */
export function sinceInstant(choice: string, now: number, exact: string): string | null {
  const hours: Record<string, number> = { hour: 1, day: 24, week: 168 };
  const back = hours[choice];
  if (back !== undefined) return new Date(now - back * 3_600_000).toISOString();
  const date = new Date(exact);
  return exact === '' || Number.isNaN(date.getTime()) ? null : date.toISOString();
}

export function webhooksSentence(hooks: Webhook[], locale: Locale): string {
  if (hooks.length === 0) return 'Nothing is told to your apps yet.';
  const tones = hooks.map((hook) => webhookState(hook).tone);
  const off = tones.filter((tone) => tone === 'failed').length;
  const failing = tones.filter((tone) => tone === 'attention').length;
  const all = count(hooks.length, 'webhook', locale);
  if (off + failing === 0) return `${all}. None is failing.`;
  const parts = [failing > 0 ? `${failing} failing` : '', off > 0 ? `${off} switched off` : ''].filter(Boolean);
  return `${all}: ${parts.join(', ')}.`;
}
