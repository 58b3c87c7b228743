// SPDX-License-Identifier: Apache-2.0
// Fields whose errors are words beside the field, and the summary that gets the focus when a form was
// refused. fieldError() finds what the server said about one field.
import { PasswordInput, type PasswordInputProps, TextInput, type TextInputProps } from '@mantine/core';
import { useEffect, useRef } from 'react';

import type { ApiError } from '../api/client';
import { ErrorNote } from './PageStates';

export function fieldError(error: ApiError | null | undefined, field: string): string | undefined {
  return error?.field === field ? error.message : undefined;
}

interface Common {
  /** The member's name in the request, as in a problem's `field`. */
  name: string;
  error?: ApiError | string | null;
  onText?: (text: string) => void;
}

function wordsOf(error: ApiError | string | null | undefined, name: string): string | undefined {
  if (!error) return undefined;
  return typeof error === 'string' ? error : fieldError(error, name);
}

export function FormField({ name, error, onText, ...rest }: Common & Omit<TextInputProps, 'error' | 'name'>) {
  return <TextInput name={name} error={wordsOf(error, name)} onChange={(e) => onText?.(e.currentTarget.value)} {...rest} />;
}

export function PasswordField({ name, error, onText, ...rest }: Common & Omit<PasswordInputProps, 'error' | 'name'>) {
  return (
    <PasswordInput
      name={name} error={wordsOf(error, name)} onChange={(e) => onText?.(e.currentTarget.value)}
      visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password', tabIndex: 0 }} {...rest}
    />
  );
}

/** Above the form: what was refused that no single field shows. Takes the focus when it appears. */
export function FormError({ error, fields = [], title }: { error: ApiError | null | undefined; fields?: string[]; title?: string }) {
  const here = useRef<HTMLDivElement>(null);
  const shown = error && !(error.field && fields.includes(error.field)) ? error : null;
  useEffect(() => {
    if (shown) here.current?.focus();
  }, [shown]);
  return shown ? <div ref={here} tabIndex={-1}><ErrorNote error={shown} title={title} /></div> : null;
}
