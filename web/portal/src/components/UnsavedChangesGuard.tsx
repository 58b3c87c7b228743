// SPDX-License-Identifier: Apache-2.0
// Stands between a changed form and another address: in the portal by a dialog, at the tab's close by
// the browser's own question.
import { useEffect } from 'react';
import { useBlocker } from 'react-router-dom';

import { ConfirmDialog } from './ConfirmDialog';

export function UnsavedChangesGuard({ when, what = 'Your changes' }: { when: boolean; what?: string }) {
  const blocker = useBlocker(({ currentLocation, nextLocation }) => when && currentLocation.pathname !== nextLocation.pathname);
  useEffect(() => {
    if (!when) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [when]);
  return (
    <ConfirmDialog
      opened={blocker.state === 'blocked'}
      onClose={() => blocker.reset?.()}
      title="Leave without saving?"
      confirm="Leave without saving"
      cancel="Stay here"
      onConfirm={() => blocker.proceed?.()}
    >
      {what} on this page are not saved yet.
    </ConfirmDialog>
  );
}
