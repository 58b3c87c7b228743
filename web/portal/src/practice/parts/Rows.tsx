// SPDX-License-Identifier: Apache-2.0
// A short list whose rows are links: connections, apps. Long lists are DataTable's.
import { Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router-dom';

import { useAfter } from '../../components/PageStates';
import classes from './practice.module.css';

export function Rows({ label, children }: { label: string; children: ReactNode }) {
  return <ul className={classes.rows} aria-label={label}>{children}</ul>;
}

export interface RowLinkProps {
  to: string;
  name: ReactNode;
  detail?: ReactNode;
  state?: ReactNode;
  end?: ReactNode;
}

export function RowLink({ to, name, detail, state, end }: RowLinkProps) {
  return (
    <li>
      <Link to={to} className={classes.row} data-ends={end === undefined ? 'no' : undefined}>
        <span>
          <span className={classes.name}>{name}</span>
          {detail && <><br /><span className={classes.quiet}>{detail}</span></>}
        </span>
        <span>{state}</span>
        {end !== undefined && <span className={classes.end}>{end}</span>}
      </Link>
    </li>
  );
}

export function RowsLoading({ rows = 3 }: { rows?: number }) {
  const visible = useAfter(200);
  return (
    <div role="status" aria-label="Loading">
      {visible && (
        <ul className={classes.rows} aria-hidden="true">
          {Array.from({ length: rows }, (_, i) => (
            <li key={i}>
              <div className={classes.row}>
                <span><Skeleton height={12} width="60%" mb={8} /><Skeleton height={10} width="35%" /></span>
                <Skeleton height={12} width="50%" />
                <Skeleton height={10} width={80} />
              </div>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
