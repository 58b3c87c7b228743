// SPDX-License-Identifier: Apache-2.0
// What must outlive a restart: the webhook with its secret, how far the changes were read, and which
// visits are on the page. Ids only: no patient detail is kept on disk.

import { readFileSync, renameSync, writeFileSync } from 'node:fs';

export interface State {
  server: string; // whose state this is: PONS_URL and client id
  webhookUrl: string;
  webhookId: string;
  secret: string;
  since: number; // sequence number of the last change seen
  encounters: string[];
}

export function loadState(file: string): State | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as State;
  } catch {
    return undefined;
  }
}

export function saveState(file: string, state: State): void {
  // Written beside and renamed, so that a crash leaves the old file or the new one.
  writeFileSync(file + '.new', JSON.stringify(state, null, 2) + '\n', { mode: 0o600 });
  renameSync(file + '.new', file);
}
