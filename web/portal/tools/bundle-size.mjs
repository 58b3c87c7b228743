// SPDX-License-Identifier: Apache-2.0
// Fails where the script of the first load (index.html's modules and what they import statically) is
// above 250 KB gzipped. Prints what each area adds.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const LIMIT = 250 * 1024;
const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));
const sizes = new Map();
const size = (file) => {
  if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length);
  return sizes.get(file);
};

/** Everything that comes with a chunk, without what is loaded later. */
function withImports(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) withImports(next, seen);
  return seen;
}

const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const first = withImports(entry);
const files = new Set([...first].map((key) => manifest[key].file));
const script = [...files].reduce((sum, file) => sum + size(file), 0);
const style = [...first].flatMap((key) => manifest[key].css ?? []).reduce((sum, file) => sum + size(file), 0);

console.log(`first load: ${kb(script)} of script, ${kb(style)} of style (gzipped; at most ${kb(LIMIT)} of script)`);
for (const key of Object.keys(manifest).filter((k) => manifest[k].isDynamicEntry).sort()) {
  const added = [...withImports(key)].map((k) => manifest[k].file).filter((file) => !files.has(file));
  console.log(`  ${key}: ${kb([...new Set(added)].reduce((sum, file) => sum + size(file), 0))} more`);
}
if (script > LIMIT) {
  console.error('The first load is too large. Load the new part lazily, or do without it.');
  process.exit(1);
}
