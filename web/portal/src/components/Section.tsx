// SPDX-License-Identifier: Apache-2.0
// A part of a page with its own heading.
import { Text, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';

import classes from './Section.module.css';

export interface SectionProps {
  title: string;
  sentence?: ReactNode;
  action?: ReactNode;
  children: ReactNode;
  /** Within a bordered surface; false for what has its own border, as a table. */
  framed?: boolean;
  id?: string;
}

export function Section({ title, sentence, action, children, framed = false, id }: SectionProps) {
  const heading = useId();
  return (
    <section aria-labelledby={heading} className={classes.section} id={id}>
      <div className={classes.head}>
        <div>
          <Title order={2} id={heading}>{title}</Title>
          {sentence && <Text component="div" c="dimmed" mt={2} maw={720}>{sentence}</Text>}
        </div>
        {action && <div className={classes.action}>{action}</div>}
      </div>
      {framed ? <div className={classes.frame}>{children}</div> : children}
    </section>
  );
}

/** Names and values, one under the other. */
export function Facts({ items }: { items: [string, ReactNode][] }) {
  return (
    <dl className={classes.facts}>
      {items.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
