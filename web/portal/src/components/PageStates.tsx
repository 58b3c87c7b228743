// SPDX-License-Identifier: Apache-2.0
// A whole page, or a part of one, that is loading or could not be loaded.
import { Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useEffect, useState } from 'react';

import type { ApiError } from '../api/client';
import classes from './PageStates.module.css';

/** True once `ms` have passed: nothing flickers for what takes less. */
export function useAfter(ms: number): boolean {
  const [after, setAfter] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setAfter(true), ms);
    return () => clearTimeout(timer);
  }, [ms]);
  return after;
}

export function PageLoading({ label = 'Loading' }: { label?: string }) {
  const visible = useAfter(200);
  return (
    <div role="status" aria-label={label} className={classes.page}>
      {visible && (
        <Stack gap="md" aria-hidden="true">
          <Skeleton height={12} width={160} />
          <Skeleton height={28} width="40%" />
          <Skeleton height={14} width="65%" />
          <Skeleton height={220} mt="md" />
        </Stack>
      )}
    </div>
  );
}

/** What happened, what you can do, and the reference for support in small print. */
export function ErrorNote({ error, onRetry, title }: { error: ApiError; onRetry?: () => void; title?: string }) {
  return (
    <div className={classes.error} role="alert">
      <Text fw={600}>{title ?? error.title}</Text>
      <Text mt={4}>{error.message}</Text>
      <Group mt="sm" gap="md">
        {onRetry && (
          <Button variant="default" size="xs" onClick={onRetry}>
            Try again
          </Button>
        )}
        {(error.reference || error.code) && (
          <Text size="xs" c="dimmed">
            {error.reference ? `Reference ${error.reference}` : null}
            {error.reference && error.code ? ' · ' : null}
            {error.code ?? null}
          </Text>
        )}
      </Group>
    </div>
  );
}

export function PageError({ error, onRetry }: { error: ApiError; onRetry?: () => void }) {
  return (
    <div className={classes.page}>
      <Title order={1} mb="md">
        {error.status === 403 ? 'You may not see this page' : error.status === 404 ? 'Nothing is here' : 'This page could not be loaded'}
      </Title>
      <ErrorNote error={error} onRetry={error.status === 403 || error.status === 404 ? undefined : onRetry} />
    </div>
  );
}
