// SPDX-License-Identifier: Apache-2.0
// Searching a list that is already here: every word typed must begin a word of the row, without
// regard to case and accents.

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

export function matches(text: string, query: string): boolean {
  const asked = plain(query).split(/\s+/).filter(Boolean);
  if (asked.length === 0) return true;
  const words = plain(text).split(/[^\p{L}\p{N}]+/u);
  const whole = plain(text);
  return asked.every((part) => words.some((word) => word.startsWith(part)) || (/[^\p{L}\p{N}]/u.test(part) && whole.includes(part)));
}

export function search<T>(rows: T[], query: string, textOf: (row: T) => string): T[] {
  return query.trim() === '' ? rows : rows.filter((row) => matches(textOf(row), query));
}
