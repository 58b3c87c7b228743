// SPDX-License-Identifier: Apache-2.0
// What the developer's first page says: the first steps and how far they are, and what is wrong now.
import type { App, ConnectionSummary, Sandbox, UsagePoint, Webhook } from '../../api/types';
import { count, type Locale } from '../../lib/locale';
import { webhookState } from './webhooks';

export interface Known {
  apps: App[];
  webhooks: { app: App; hook: Webhook }[];
  connections: ConnectionSummary[];
  sandboxes: Sandbox[];
  usage: UsagePoint[];
}

export interface Step {
  key: string;
  title: string;
  text: string;
  to: string;
  action: string;
  done: boolean;
}

export function firstSteps(known: Known, sandboxes: boolean): Step[] {
  const app = known.apps[0];
  const asked = known.usage.some((p) => p.requests > p.errors);
  const told = known.webhooks.some(({ hook }) => Boolean(hook.last_delivered_at));
  const steps: Step[] = [
    {
      key: 'key', title: 'Get a key', done: app !== undefined, to: '/developer/keys', action: 'Make an app',
      text: 'An app has a client id and a secret. With both it gets tokens.',
    },
    {
      key: 'practice', title: 'Get a practice to work with', done: known.connections.length + known.sandboxes.length > 0,
      to: sandboxes ? '/developer/sandbox' : '/developer/connections/new', action: sandboxes ? 'Make a sandbox practice' : 'Submit a connection',
      text: sandboxes ? 'A sandbox is a made-up practice with its own diary. One click, no paperwork.' : 'Submit a practice’s address and credentials. They are tried at once.',
    },
    {
      key: 'patient', title: 'Read your first patient', done: asked, to: '/developer/explorer?op=GET+%2Ffhir%2FR4%2FPatient', action: 'Search patients in the explorer',
      text: 'Start a visit in the sandbox; the patient can be read within a second.',
    },
    {
      key: 'webhook', title: 'Receive your first webhook', done: told, to: '/developer/webhooks', action: 'Add a webhook',
      text: 'Be told when a visit starts. Try it with a test message first.',
    },
    {
      key: 'booking', title: 'Book your first appointment', done: known.usage.some((p) => (p.bookings ?? 0) > 0), to: '/developer/explorer?op=POST+%2Ffhir%2FR4%2FAppointment', action: 'Book in the explorer',
      text: 'A booking is confirmed by the practice’s own system before you are told that it is done.',
    },
  ];
  return steps;
}

export interface Trouble {
  text: string;
  /** Why, as far as it is known. */
  cause?: string;
  to: string;
}

/** What needs the developer at the moment, worst first. */
export function troubles(known: Known, now: number): Trouble[] {
  const out: Trouble[] = [];
  for (const { app, hook } of known.webhooks) {
    const told = webhookState(hook);
    if (told.tone !== 'failed' && told.tone !== 'attention') continue;
    const host = hostOf(hook.url);
    const what = told.tone === 'failed' ? `The webhook to ${host} is switched off` : `The webhook to ${host} is failing`;
    out.push({ text: what, cause: [told.cause, app.name].filter(Boolean).join('. App: '), to: `/developer/webhooks/${hook.id}` });
  }
  for (const connection of known.connections) {
    if (connection.state !== 'attention') continue;
    out.push({ text: `${connection.name} needs attention`, cause: connection.cause, to: '/developer/connections?state=attention' });
  }
  for (const app of known.apps) {
    const soon = (app.secrets ?? []).filter((s) => s.expires_at && Date.parse(s.expires_at) > now);
    const usable = (app.secrets ?? []).filter((s) => !s.expires_at);
    if (app.secrets && soon.length > 0 && usable.length === 0) {
      out.push({ text: `The last secret of ${app.name} is about to end`, cause: 'make a new one', to: `/developer/keys/${app.id}` });
    }
  }
  for (const sandbox of known.sandboxes) {
    if (sandbox.state === 'failed') out.push({ text: 'A sandbox practice could not be started', cause: (sandbox as { cause?: string }).cause, to: '/developer/sandbox' });
  }
  return out;
}

export function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}

export function overviewSentence(known: Known, now: number, locale: Locale): string {
  const wrong = troubles(known, now).length;
  if (known.apps.length === 0) return 'You have no app yet. Five steps lead from here to a first booking.';
  const state = wrong === 0 ? 'Nothing is wrong at the moment.' : `${count(wrong, 'thing needs', locale, 'things need')} your attention.`;
  return `${count(known.apps.length, 'app', locale)}, ${count(known.webhooks.length, 'webhook', locale)}, ${count(known.connections.length, 'connection', locale)}. ${state}`;
}
