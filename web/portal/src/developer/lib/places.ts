// SPDX-License-Identifier: Apache-2.0
// What keeps a list of an app's places from being saved; null where nothing does.
import type { AppLocation } from '../../api/types';

export function placesFault(rows: readonly AppLocation[]): string | null {
  if (rows.some((row) => !row.name.trim() || !row.id.trim())) return 'Give every place a name and an id, or remove it.';
  const twice = rows.find((row, n) => rows.findIndex((other) => other.id === row.id) !== n);
  return twice ? `Two places have the id ${twice.id}. Each needs its own.` : null;
}
