// SPDX-License-Identifier: Apache-2.0
// The top of a page: where it is, its title, its answer in a sentence, and its one primary action.
import { Anchor, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { Link } from 'react-router-dom';

import { Icon } from './icons';
import classes from './PageHeader.module.css';

export interface Crumb {
  label: string;
  to: string;
}

export interface PageHeaderProps {
  title: string;
  /** The answer of the page in words. */
  sentence?: ReactNode;
  /** One button, named with a verb and its object. */
  action?: ReactNode;
  /** Pages above this one, outermost first. */
  crumbs?: Crumb[];
  /** What the browser's tab says, where the title is a patient's name. Never patient data. */
  tab?: string;
}

export function PageHeader({ title, sentence, action, crumbs = [], tab }: PageHeaderProps) {
  const tabTitle = tab ?? title;
  useEffect(() => {
    document.title = `${tabTitle} · Pons`;
  }, [tabTitle]);
  return (
    <header className={classes.header}>
      {crumbs.length > 0 && (
        <nav aria-label="Breadcrumb">
          <ol className={classes.crumbs}>
            {crumbs.map((crumb) => (
              <li key={crumb.to}>
                <Anchor component={Link} to={crumb.to} size="sm" c="dimmed">{crumb.label}</Anchor>
                <Icon name="chevron" size={14} />
              </li>
            ))}
            <li aria-current="page" className={classes.here}>{title}</li>
          </ol>
        </nav>
      )}
      <div className={classes.row}>
        <div className={classes.words}>
          <Title order={1} className={classes.title}>{title}</Title>
          {sentence && <Text component="div" size="md" c="dimmed" mt={4} maw={760}>{sentence}</Text>}
        </div>
        {action && <div className={classes.action}>{action}</div>}
      </div>
    </header>
  );
}
