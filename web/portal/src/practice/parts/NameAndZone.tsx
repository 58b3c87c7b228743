// SPDX-License-Identifier: Apache-2.0
// What a connection is called and whose clock it follows. Where both are known already they are one
// sentence, which opens to be changed.
import { Anchor, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';

import { FormField } from '../../components/FormField';
import type { Draft } from '../logic/wizard';

export function zonesKnown(): string[] {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const known = Intl.supportedValuesOf('timeZone');
  return known.includes(here) ? known : [here, ...known];
}

interface Props {
  draft: Pick<Draft, 'name' | 'timeZone'>;
  visible: Record<string, string>;
  zones: string[];
  onChange: (part: Partial<Draft>) => void;
}

export function NameFields({ draft, visible, zones, onChange }: Props) {
  return (
    <>
      <FormField
        name="name" label="Name of this connection" description="What your staff call it, for example the practice’s name." maw={520}
        value={draft.name} onText={(name) => onChange({ name })} error={visible.name ?? null}
      />
      <Select
        name="time_zone" label="Time zone of the practice" description="Times in the diary are read in this zone." maw={520} searchable data={zones}
        value={draft.timeZone || null} onChange={(z) => onChange({ timeZone: z ?? '' })} error={visible.time_zone} limit={200} allowDeselect={false} placeholder="For example Australia/Sydney"
      />
    </>
  );
}

export function NameAndZone(props: Props) {
  const { draft, visible } = props;
  const [open, setOpen] = useState(!draft.timeZone);
  if (open || visible.name || visible.time_zone) return <Stack gap="md"><NameFields {...props} /></Stack>;
  return (
    <Text size="sm">
      Shown {draft.name ? <>as <strong>{draft.name}</strong></> : 'under the practice’s own name'}, with the diary’s times in {draft.timeZone.replace(/_/g, ' ')}.{' '}
      <Anchor size="sm" component="button" type="button" onClick={() => { props.onChange({ name: draft.name }); setOpen(true); }}>Change</Anchor>
    </Text>
  );
}
