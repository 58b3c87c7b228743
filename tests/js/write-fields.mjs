// SPDX-License-Identifier: Apache-2.0
// Writes docs/reference/best-practice-fields.md from the round-trip test's table.

import { writeFileSync } from 'node:fs';

import { page } from './lib/fields.mjs';
import { root } from './lib/system.mjs';

writeFileSync(root + 'docs/reference/best-practice-fields.md', page());
