// SPDX-License-Identifier: Apache-2.0
// A page of somebody who is not signed in yet: the mark, one question, one button.
import { Text, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';

import { LiveRegion } from '../app/live';
import { Mark } from '../components/icons';
import classes from './AuthFrame.module.css';

export function AuthFrame({ title, sentence, children, foot, wide }: {
  title: string;
  sentence?: ReactNode;
  children?: ReactNode;
  foot?: ReactNode;
  wide?: boolean;
}) {
  useEffect(() => {
    document.title = `${title} · Pons`;
  }, [title]);
  return (
    <div className={classes.frame}>
      <header className={classes.brand}><Mark size={28} /> Pons</header>
      <main className={classes.card} data-wide={wide || undefined}>
        <Title order={1}>{title}</Title>
        {sentence && <Text c="dimmed" mt={4} component="div">{sentence}</Text>}
        <div className={classes.body}>{children}</div>
      </main>
      {foot && <footer className={classes.foot}>{foot}</footer>}
      <LiveRegion />
    </div>
  );
}
