// SPDX-License-Identifier: Apache-2.0
// The ways to reach one system, as cards: what works here first, each with a sentence on when it fits.
import { Text } from '@mantine/core';
import { useId } from 'react';

import type { Vendor } from '../../api/types';
import { pairs, waysOf } from '../logic/ways';
import classes from './Ways.module.css';

export function WayCards({ vendor, value, current, onChange }: {
  vendor: Vendor; value: string; /** The way in use, where there is one. */ current?: string; onChange: (value: string) => void;
}) {
  const name = useId();
  const ways = waysOf(vendor);
  const usual = ways[0]?.available && pairs(vendor, ways[0]) ? ways[0].value : '';
  return (
    <div className={classes.cards} role="radiogroup" aria-label={`How to reach ${vendor.name}`}>
      {ways.map((way) => (
        <label key={way.value} className={classes.card} data-off={way.available ? undefined : true}>
          <input type="radio" name={name} value={way.value} checked={value === way.value} disabled={!way.available} onChange={() => onChange(way.value)} />
          <span className={classes.cardBody}>
            <span className={classes.cardTitle}>
              {way.label}
              {way.value === current ? <span className={classes.tag}>In use</span> : !current && way.value === usual && <span className={classes.tag}>Quickest to set up</span>}
            </span>
            <Text component="span" size="sm" display="block">{way.text}</Text>
            {!way.available && <Text component="span" size="sm" display="block" mt={6} className={classes.offText}>{way.unavailable_text ?? 'Not set up on this server. Ask whoever runs it.'}</Text>}
          </span>
        </label>
      ))}
    </div>
  );
}
