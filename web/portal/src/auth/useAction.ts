// SPDX-License-Identifier: Apache-2.0
// One thing that a form does: busy while it runs, and what the server said if it refused.
import { type FormEvent, useState } from 'react';

import { type ApiError, asApiError } from '../api/client';

export function useAction(act: () => Promise<unknown>) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const run = async () => {
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      await act();
    } catch (thrown) {
      setError(asApiError(thrown));
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run();
  };
  return { busy, error, setError, run, submit };
}
