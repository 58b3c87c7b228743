// SPDX-License-Identifier: Apache-2.0
// Asks before something is gone, and says what, and for whom. The harmless button has the focus.
import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';

import { type ApiError, asApiError } from '../api/client';
import classes from './ConfirmDialog.module.css';
import { ErrorNote } from './PageStates';

export interface ConfirmDialogProps {
  opened: boolean;
  onClose: () => void;
  /** "Disconnect Best Practice at Sunrise Clinic?" */
  title: string;
  /** What stops or is gone, one line each. */
  gone?: ReactNode[];
  children?: ReactNode;
  /** Verb and object: "Disconnect Best Practice". */
  confirm: string;
  cancel?: string;
  danger?: boolean;
  /** The person types this first: for what cannot be undone. */
  typed?: string;
  /** Thrown errors are shown in the dialog, which then stays open. */
  onConfirm: () => Promise<unknown> | void;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  const { opened, onClose, title, gone = [], children, confirm, cancel = 'Keep it', danger = true, typed, onConfirm } = props;
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const [text, setText] = useState('');
  useEffect(() => {
    if (opened) {
      setError(null);
      setText('');
    }
  }, [opened]);
  const act = async () => {
    setBusy(true);
    setError(null);
    try {
      await onConfirm();
      onClose();
    } catch (thrown) {
      setError(asApiError(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened={opened} onClose={busy ? () => undefined : onClose} title={title} size="md" classNames={{ title: classes.title }}>
      <Stack gap="md">
        {children && <Text component="div">{children}</Text>}
        {gone.length > 0 && (
          <ul className={classes.gone}>
            {gone.map((line, index) => <li key={index}>{line}</li>)}
          </ul>
        )}
        {typed !== undefined && (
          <TextInput label={`Type ${typed} to go on`} value={text} onChange={(e) => setText(e.currentTarget.value)} autoComplete="off" />
        )}
        {error && <ErrorNote error={error} title="It was not done" />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} disabled={busy} data-autofocus>{cancel}</Button>
          <Button color={danger ? 'red.9' : undefined} onClick={() => void act()} loading={busy} disabled={typed !== undefined && text.trim() !== typed}>
            {confirm}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
