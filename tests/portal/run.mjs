// SPDX-License-Identifier: Apache-2.0
// Runs the test files one after the other: each has a server, a practice and a browser of its own,
// and Lighthouse measures time. (Node 18 has no option for that.)

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
let failed = 0;
for (const file of readdirSync(folder).filter((name) => name.endsWith('.test.mjs')).sort()) {
  const { status } = spawnSync(process.execPath, ['--test', file], { cwd: folder, stdio: 'inherit' });
  if (status !== 0) failed = 1;
}
process.exit(failed);
