// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';

import type { OperatorOverview } from '../../api/types';
import { byState, diskSentence, overviewSentence, queues } from './overview';

const well: OperatorOverview = { nodes: [{ name: 'n1', state: 'up' }], connections_by_state: { active: 3 }, queues: { deliveries: 0 }, disk: { free_bytes: 5e10, total_bytes: 1e11 }, version: '1' };

describe('queues', () => {
  it('pairs each with its oldest, whatever way it is named', () => {
    expect(queues({ deliveries: 3, deliveries_oldest_at: 'A', commands: 2, oldest_command: 'B', letters: 1, oldest: 'x' })).toEqual([
      { key: 'deliveries', label: 'Webhook messages waiting', value: 3, oldest: 'A', to: undefined, attention: false },
      { key: 'commands', label: 'Commands open', value: 2, oldest: 'B', to: '/operator/commands?state=open', attention: false },
      { key: 'letters', label: 'Letters', value: 1, oldest: null, to: undefined, attention: false },
    ]);
    expect(queues({ oldest_delivery: 'C', deliveries: 1 })[0]?.oldest).toBe('C');
  });
});

describe('overviewSentence', () => {
  it('says that all is well only where it is', () => {
    expect(overviewSentence(well, 'en-AU')).toBe('All is well. 3 connections, nothing waits for you.');
    expect(overviewSentence({ ...well, connections_by_state: { active: 1, attention: 1 }, queues: { commands_needing_person: 2 } }, 'en-AU')).toBe('1 connection needs attention; 2 commands need a person.');
    expect(overviewSentence({ ...well, nodes: [{ name: 'a', state: 'lost' }, { name: 'b', state: 'up' }] }, 'en-AU')).toBe('1 of 2 nodes is down.');
    expect(overviewSentence({ ...well, connections_by_state: { revoked: 2 } }, 'en-AU')).toBe('Nothing is connected yet.');
  });
});

it('puts what is wrong first', () => {
  expect(byState({ active: 1, revoked: 1, attention: 1, odd: 1 }).map((s) => s.state)[0]).toBe('attention');
});

it('warns before the disk is full', () => {
  expect(diskSentence({ free_bytes: 5e9, total_bytes: 1e11 }, 'en-AU')).toEqual({ text: '5 GB free of 100 GB: make room soon', low: true });
  expect(diskSentence(well.disk, 'en-AU').low).toBe(false);
});
