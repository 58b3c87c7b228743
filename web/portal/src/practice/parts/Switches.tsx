// SPDX-License-Identifier: Apache-2.0
// What an app may do, a sentence for each switch, and when a patient goes to it.
import { Switch, Text } from '@mantine/core';
import { useId } from 'react';

import type { GrantRules, SwitchName } from '../../api/types';
import { MODES, SWITCHES } from '../logic/words';
import classes from './practice.module.css';

export function SwitchList({ value, onChange, disabled }: {
  value: Partial<Record<SwitchName, boolean>>;
  onChange: (name: SwitchName, on: boolean) => void;
  disabled?: boolean;
}) {
  return (
    <ul className={classes.rows}>
      {SWITCHES.map((s) => (
        <li key={s.name} className={classes.switch}>
          <Switch
            label={<Text component="span" size="sm" fw={600}>{s.label}</Text>}
            description={<>{s.text}{s.caution && <span style={{ display: 'block', marginTop: 4 }}>{s.caution}</span>}</>}
            checked={value[s.name] ?? false}
            disabled={disabled}
            onChange={(e) => onChange(s.name, e.currentTarget.checked)}
            size="md"
            styles={{ description: { fontSize: 'var(--mantine-font-size-sm)', lineHeight: 1.45, marginTop: 2 } }}
          />
        </li>
      ))}
    </ul>
  );
}

export function ModeChoice({ value, onChange, disabled }: {
  value: GrantRules['mode'];
  onChange: (mode: GrantRules['mode']) => void;
  disabled?: boolean;
}) {
  const name = useId();
  return (
    <ul className={classes.rows} role="radiogroup" aria-label="When a patient goes to the app">
      {MODES.map((mode) => (
        <li key={mode.value} role="presentation">
          <label className={classes.choice}>
            <input
              type="radio" name={name} className={classes.radio} value={mode.value} disabled={disabled}
              checked={value === mode.value} onChange={() => onChange(mode.value)}
            />
            <span>
              <span className={classes.name}>{mode.label}</span>
              <br />
              <span className={classes.quiet}>{mode.text}</span>
            </span>
          </label>
        </li>
      ))}
    </ul>
  );
}
