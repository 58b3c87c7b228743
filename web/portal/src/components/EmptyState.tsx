// SPDX-License-Identifier: Apache-2.0
// What this is, why it is empty, and the next step.
import { Text } from '@mantine/core';
import type { ReactNode } from 'react';

import classes from './EmptyState.module.css';

export function EmptyState({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={classes.empty}>
      <Text fw={600} size="md">{title}</Text>
      {children && <Text c="dimmed" mt={4} maw={520} component="div">{children}</Text>}
      {action && <div className={classes.action}>{action}</div>}
    </div>
  );
}
