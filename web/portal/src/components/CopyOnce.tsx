// SPDX-License-Identifier: Apache-2.0
// A secret that is shown once: it can be copied, and the page says that it will not come again.
import { Alert, Button, CopyButton, Group, Stack, Text } from '@mantine/core';
import { useId } from 'react';

import classes from './CopyOnce.module.css';
import { Icon } from './icons';

export interface CopyOnceProps {
  /** "Client secret". */
  label: string;
  value: string;
  /** What to do with it, and what to do if it is lost. */
  children?: React.ReactNode;
  /** Not secret (a client id): no warning. */
  plain?: boolean;
}

export function CopyOnce({ label, value, children, plain = false }: CopyOnceProps) {
  const heading = useId();
  return (
    <Stack gap="xs">
      <Text fw={600} id={heading}>{label}</Text>
      <Group gap="xs" wrap="nowrap" align="stretch">
        <code className={classes.value} aria-labelledby={heading} tabIndex={0} role="textbox" aria-readonly="true">{value}</code>
        <CopyButton value={value} timeout={3000}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy} leftSection={<Icon name={copied ? 'check' : 'copy'} size={16} />} style={{ flex: 'none' }} h="auto">
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      </Group>
      {!plain && (
        <Alert variant="outline" color="gray" p="sm" className={classes.once}>
          {children ?? 'This is shown once. Keep it in a safe place now; if it is lost, make a new one.'}
        </Alert>
      )}
    </Stack>
  );
}
