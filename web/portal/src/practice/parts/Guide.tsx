// SPDX-License-Identifier: Apache-2.0
// What to do in the practice's own system, with the places to click.
import { Text } from '@mantine/core';

import type { GuideStep } from '../../api/types';
import { Icon } from '../../components/icons';
import classes from './practice.module.css';

/** "Setup > Configuration > Database" as the places to click, one after the other. */
export function Where({ text }: { text: string }) {
  const parts = text.split('>').map((p) => p.trim()).filter(Boolean);
  return (
    <div className={classes.where} aria-label={`Where: ${parts.join(', then ')}`} role="note">
      {parts.map((p, i) => (
        <span key={i} aria-hidden="true" className={classes.place}>
          <span>{p}</span>
          {i < parts.length - 1 && <Icon name="chevron" size={14} />}
        </span>
      ))}
    </div>
  );
}

export function GuideSteps({ steps }: { steps: GuideStep[] }) {
  return (
    <ol className={classes.numbered}>
      {steps.map((s) => (
        <li key={s.title}>
          <Text size="sm" fw={600}>{s.title}</Text>
          <Text size="sm">{s.text}</Text>
          {s.where && <Where text={s.where} />}
        </li>
      ))}
    </ol>
  );
}
