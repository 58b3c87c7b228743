// SPDX-License-Identifier: Apache-2.0
// The browser's own field for a date and a time: no calendar of ours to carry.
import { Input } from '@mantine/core';
import { useId } from 'react';

export function DateTimeField({ label, value, onText }: { label: string; value: string; onText: (text: string) => void }) {
  const id = useId();
  return (
    <Input.Wrapper label={label} id={id}>
      <Input id={id} type="datetime-local" value={value} onChange={(event) => onText(event.currentTarget.value)} />
    </Input.Wrapper>
  );
}
