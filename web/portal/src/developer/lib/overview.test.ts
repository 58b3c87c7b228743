// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';

import { firstSteps, hostOf, type Known, overviewSentence, troubles } from './overview';

const nothing: Known = { apps: [], webhooks: [], connections: [], sandboxes: [], usage: [] };
const app = { id: 'a', name: 'Skin Viewer', client_id: 'app-a' };
const at = '2026-11-22T00:00:00Z';
const now = Date.parse(at);

describe('firstSteps', () => {
  const done = (known: Known) => firstSteps(known, true).filter((s) => s.done).map((s) => s.key);
  it('are five, in order, none done at first', () => {
    expect(firstSteps(nothing, true).map((s) => s.key)).toEqual(['key', 'practice', 'patient', 'webhook', 'booking']);
    expect(done(nothing)).toEqual([]);
  });
  it('does not take a refused request for a first patient', () => {
    expect(done({ ...nothing, apps: [app], usage: [{ at, requests: 2, errors: 2 }] })).toEqual(['key']);
    expect(done({ ...nothing, apps: [app], usage: [{ at, requests: 2, errors: 1 }] })).toEqual(['key', 'patient']);
  });
  it('offers no sandbox where there is none', () => {
    expect(firstSteps(nothing, false)[1]?.to).toBe('/developer/connections/new');
  });
});

describe('troubles', () => {
  it('names the webhook, the connection and the secret that ends', () => {
    const known: Known = {
      ...nothing,
      apps: [{ ...app, secrets: [{ n: 1, created_at: at, expires_at: '2026-11-23T00:00:00Z' }] }],
      webhooks: [{ app, hook: { id: 'w', url: 'https://app.example.org/x', events: [], state: 'active', last_error: 'no answer in 15 s' } }],
      connections: [{ id: 'c', name: 'Harbour', vendor: 'v', organization: 'o', state: 'attention', cause: 'password refused', last_success_at: null, time_zone: 'UTC' }],
    };
    expect(troubles(known, now).map((t) => `${t.text}: ${t.cause}`)).toEqual([
      'The webhook to app.example.org is failing: no answer in 15 s. App: Skin Viewer',
      'Harbour needs attention: password refused',
      'The last secret of Skin Viewer is about to end: make a new one',
    ]);
    expect(overviewSentence(known, now, 'en-AU')).toContain('3 things need your attention');
  });
  it('is silent where a second secret goes on', () => {
    const secrets = [{ n: 1, created_at: at, expires_at: '2026-11-23T00:00:00Z' }, { n: 2, created_at: at }];
    expect(troubles({ ...nothing, apps: [{ ...app, secrets }] }, now)).toEqual([]);
  });
});

it('shows what is no address as it is', () => {
  expect(hostOf('nonsense')).toBe('nonsense');
});
