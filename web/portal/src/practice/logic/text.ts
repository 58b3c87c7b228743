// SPDX-License-Identifier: Apache-2.0
// Small helpers for words: counting, joining, and search that forgives case and accents.

/** "a", "a and b", "a, b and c". */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words[0] ?? '';
  return `${words.slice(0, -1).join(', ')} and ${words[words.length - 1] ?? ''}`;
}

/** For comparing: "Zoë O'Neill" and "zoe oneill" are the same. */
export function folded(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/['’.-]/g, '')
    .toLowerCase()
    .trim();
}

/** Every word of the query begins a word of the text or lies within one. */
export function matches(text: string, query: string): boolean {
  const haystack = folded(text);
  return folded(query)
    .split(/\s+/)
    .every((word) => haystack.includes(word));
}

export function capitalised(text: string): string {
  return text ? text[0]?.toUpperCase() + text.slice(1) : text;
}
