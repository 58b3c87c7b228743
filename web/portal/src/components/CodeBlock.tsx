// SPDX-License-Identifier: Apache-2.0
// Code or a payload to read and to copy. Values are made readable, not run.
import { Button, CopyButton } from '@mantine/core';

import classes from './CodeBlock.module.css';
import { Icon } from './icons';

export function CodeBlock({ code, label, copy = true, maxHeight = 420 }: {
  code: unknown;
  /** What it is, for screen readers: "Payload". */
  label: string;
  copy?: boolean;
  maxHeight?: number;
}) {
  const text = typeof code === 'string' ? code : JSON.stringify(code, null, 2) ?? '';
  return (
    <div className={classes.block}>
      {copy && (
        <CopyButton value={text}>
          {({ copied, copy: take }) => (
            <Button size="compact-xs" variant="default" className={classes.copy} onClick={take} leftSection={<Icon name={copied ? 'check' : 'copy'} size={14} />} data-compact>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      )}
      {/* Scrolls, so the keyboard must reach it. */}
      <pre className={classes.code} tabIndex={0} role="region" aria-label={label} style={{ maxHeight }}><code>{text}</code></pre>
    </div>
  );
}
