// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';

import type { Webhook } from '../../api/types';
import { addressFault, attemptWords, deliveryState, eventsText, eventTypes, sinceInstant, statusText, webhookState } from './webhooks';

it('tells what came of a try', () => {
  expect(attemptWords({ status: 204 })).toMatchObject({ tone: 'ok', word: 'Taken' });
  expect(attemptWords({ status: 503, error: 'ignored' })).toEqual({ tone: 'attention', word: 'Not taken', cause: '503 unavailable' });
  expect(attemptWords({ error: 'no answer within 10 s' })).toEqual({ tone: 'failed', word: 'No answer', cause: 'no answer within 10 s' });
});

const hook: Webhook = { id: 'w', url: 'https://a.example', events: [], state: 'active' };

describe('webhookState', () => {
  it('tells off from failing from quiet from well', () => {
    expect(webhookState({ ...hook, state: 'disabled', cause: 'answered 410' })).toMatchObject({ tone: 'failed', cause: 'answered 410' });
    expect(webhookState({ ...hook, last_error: 'no answer in 15 s', last_delivered_at: '2026-01-01T00:00:00Z' })).toMatchObject({ tone: 'attention', cause: 'no answer in 15 s' });
    expect(webhookState(hook).word).toBe('Nothing sent yet');
    expect(webhookState({ ...hook, last_delivered_at: '2026-01-01T00:00:00Z' }).tone).toBe('ok');
  });
});

describe('deliveryState', () => {
  it('says why something waits', () => {
    expect(deliveryState({ state: 'queued', attempts: 0, last_status: null, last_error: null })).toEqual({ tone: 'waiting', word: 'Waiting' });
    expect(deliveryState({ state: 'queued', attempts: 2, last_status: 503, last_error: null })).toEqual({ tone: 'attention', word: 'Will be tried again', cause: '503 unavailable' });
    expect(deliveryState({ state: 'failed', attempts: 10, last_status: 0, last_error: 'connection refused' }).cause).toBe('connection refused');
  });
});

it('words what a receiver answered', () => {
  expect([0, null, 200, 302, 404, 418, 599].map(statusText)).toEqual(['', '', '200 accepted', '302 redirect, not followed', '404 not found', '418 refused', '599 refused']);
});

describe('addressFault', () => {
  it('lets through what the server would take', () => {
    expect(addressFault('https://app.example.org/pons', false)).toBeNull();
    expect(addressFault('https://app.example.org:8443/', false)).toBeNull();
    expect(addressFault('http://127.0.0.1:9000/', true)).toBeNull();
  });
  it('says what to mend', () => {
    expect(addressFault('app.example.org', false)).toContain('whole address');
    expect(addressFault('http://app.example.org', false)).toContain('https');
    expect(addressFault('ftp://app.example.org', true)).toContain('https');
    expect(addressFault('https://a:b@app.example.org', false)).toContain('password');
    expect(addressFault('https://app.example.org:25', false)).toContain('port');
  });
});

it('lists few events whole and many in short', () => {
  expect(eventsText([])).toBe('All events');
  expect(eventsText(eventTypes.slice(0, 2))).toBe('patient.created, patient.updated');
  expect(eventsText(eventTypes.slice(0, 5))).toBe('patient.created, patient.updated and 3 more');
});

it('turns a choice into a moment', () => {
  const now = Date.parse('2026-11-22T12:00:00Z');
  expect(sinceInstant('hour', now, '')).toBe('2026-11-22T11:00:00.000Z');
  expect(sinceInstant('exact', now, '')).toBeNull();
  expect(sinceInstant('exact', now, '2026-11-20T01:02:03Z')).toBe('2026-11-20T01:02:03.000Z');
});
