// SPDX-License-Identifier: Apache-2.0
// Prints docs/reference/connectors.md from the results that the conformance suite left in a folder.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
const vendors = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
  .sort((a, b) => a.vendor.localeCompare(b.vendor) || (a.way ?? '').localeCompare(b.way ?? ''));
if (vendors.length === 0) {
  console.error(`no results in ${folder}`);
  process.exit(1);
}

const lines = [
  '# Connectors',
  '',
  'Written by `scripts/conformance` from a run of the conformance suite (`tests/conformance`). Do not',
  'edit it by hand.',
  '',
  '## What each connector reads and writes',
];
// A vendor that can be reached in several ways was tried in each; what it can do is the same.
const label = (vendor) => `\`${vendor.vendor}\`` + (vendor.way ? ` by ${vendor.way}` : '');
const once = vendors.filter((vendor, i) => vendors.findIndex((v) => v.vendor === vendor.vendor) === i);
const interval = (ms) => (ms < 1000 ? `${ms} ms` : `${ms / 1000} s`);
for (const vendor of once) {
  lines.push(
    '',
    `### ${vendor.name} (\`${vendor.vendor}\`, ${vendor.region})`,
    '',
    '| Stream | Changes found by | Deletions found by | Asked every |',
    '|---|---|---|---|',
    ...vendor.streams.map(
      (s) => `| ${s.stream} | ${s.delta} | ${s.deletions} | ${interval(s.poll_interval_ms)} |`,
    ),
    '',
    vendor.reads_records ? 'Single records can be read.' : 'Single records cannot be read.',
    '',
    vendor.reads_slots ? 'Free times can be read.' : 'Free times cannot be read.',
    '',
    (vendor.clinical ?? []).length > 0
      ? `Clinical data that can be asked for: ${vendor.clinical.join(', ')}.`
      : 'No clinical data can be asked for.',
  );
  if (vendor.commands.length === 0) {
    lines.push('', 'Nothing is written.');
    continue;
  }
  lines.push('', 'Apps can:', '', ...vendor.commands.map((words) => `- ${words}`), '');
  lines.push(
    `What is not found ${interval(vendor.settling_ms)} after a lost answer has not happened.` +
      (vendor.max_document_bytes > 0
        ? `\nDocuments have at most ${(vendor.max_document_bytes / (1 << 20)).toFixed(0)} MiB.`
        : ''),
  );
}

const cell = { pass: 'pass', fail: '**fail**', 'not applicable': '–', skipped: 'skipped' };
lines.push(
  '',
  '## What the suite saw',
  '',
  `| Id | Proves | ${vendors.map(label).join(' | ')} |`,
  `|---|---|${vendors.map(() => '---|').join('')}`,
);
const outcome = (vendor, id) => vendor.checks.find((check) => check.id === id);
for (const { id, proves } of vendors[0].checks) {
  const cells = vendors.map((vendor) => cell[outcome(vendor, id)?.outcome] ?? 'not run');
  lines.push(`| ${id} | ${proves} | ${cells.join(' | ')} |`);
}
lines.push('', '– means that the vendor declares nothing for the check to prove.');

const reasons = vendors.flatMap((vendor) =>
  vendor.checks
    .filter((check) => check.outcome === 'skipped' || check.outcome === 'not applicable')
    .map((check) => `| ${label(vendor)} | ${check.id} | ${check.outcome} | ${check.reason} |`),
);
if (reasons.length > 0) {
  lines.push('', '## Why not', '', '| Vendor | Check | Outcome | Reason |', '|---|---|---|---|', ...reasons);
}
console.log(lines.join('\n'));
