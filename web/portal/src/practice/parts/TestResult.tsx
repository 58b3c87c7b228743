// SPDX-License-Identifier: Apache-2.0
// What a test of settings found: the practice by name, what is missing by name, the clock.
import { Stack, Text } from '@mantine/core';

import type { ConnectionTest } from '../../api/types';
import { StateSentence } from '../../components/StateSentence';
import { testSentence } from '../logic/wizard';
import { clockSentence } from '../logic/words';
import classes from './practice.module.css';

export function TestResult({ test, vendor }: { test: ConnectionTest; vendor: string }) {
  const missing = test.missing_rights ?? [];
  const clock = clockSentence(test.clock_ahead_ms);
  const tone = !test.ok ? 'failed' : missing.length > 0 || clock ? 'attention' : 'ok';
  return (
    <div className={classes.box} role="status">
      <Stack gap="xs">
        <StateSentence tone={tone} size="md" cause={testSentence(test, vendor)}>{test.ok ? 'It works' : 'It did not work'}</StateSentence>
        {missing.length > 0 && (
          <div>
            <Text size="sm">These rights are missing. What needs them is left out until they are given:</Text>
            <ul className={classes.plain}>{missing.map((m) => <li key={m}>{m}</li>)}</ul>
          </div>
        )}
        {clock && <Text size="sm">{clock}</Text>}
        {(test.vendor_version || test.fault) && (
          <Text size="xs" c="dimmed">
            {[test.vendor_version && `Version ${test.vendor_version}`, test.fault && `For support: ${test.fault}`].filter(Boolean).join(' · ')}
          </Text>
        )}
      </Stack>
    </div>
  );
}
