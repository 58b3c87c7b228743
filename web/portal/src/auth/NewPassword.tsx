// SPDX-License-Identifier: Apache-2.0
// The field for a password to be chosen: the rule before it is broken, and what is too weak in words.
import { Progress, Text } from '@mantine/core';

import type { ApiError } from '../api/client';
import { PasswordField } from '../components/FormField';

export const MIN_PASSWORD = 12;

export function NewPassword({ value, onText, error, label = 'Password', name = 'password' }: {
  value: string;
  onText: (text: string) => void;
  error?: ApiError | null;
  label?: string;
  name?: string;
}) {
  const missing = MIN_PASSWORD - [...value].length;
  return (
    <div>
      <PasswordField
        name={name} label={label} autoComplete="new-password" value={value} onText={onText} error={error}
        description={`At least ${MIN_PASSWORD} characters. A few words that only you would put together are best.`}
      />
      <Progress value={Math.min(100, ([...value].length / MIN_PASSWORD) * 100)} size={4} mt={8} color={missing > 0 ? 'gray' : 'teal'} aria-hidden="true" />
      <Text size="xs" c="dimmed" mt={4} role="status" mih={18}>
        {value === '' ? '' : missing > 0 ? `${missing} more ${missing === 1 ? 'character' : 'characters'}` : 'Long enough'}
      </Text>
    </div>
  );
}
