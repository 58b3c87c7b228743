// SPDX-License-Identifier: Apache-2.0
// docs/tutorials/first-app.md, followed word for word: its files are written, its commands run, and
// a visit is started where it says so. Only the ports are others, so that nothing stands in the way.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { missingPrograms, root } from './lib/system.mjs';

const PORTS = ['14330', '8090', '8480', '4000'];
const WAIT_MS = 30_000;

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

// The page as steps: { kind: 'sh' | 'background' | 'file' | 'visit', text, name }.
function stepsOf(page) {
  const steps = [];
  for (const found of page.matchAll(/^```(sh background|sh|js \S+)\n([\s\S]*?)^```$|^<!-- start a visit -->$/gm)) {
    const [, info, text] = found;
    if (info === undefined) steps.push({ kind: 'visit' });
    else if (info.startsWith('js ')) steps.push({ kind: 'file', name: info.slice(3), text });
    else steps.push({ kind: info === 'sh' ? 'sh' : 'background', text });
  }
  return steps;
}

// Waits until `found(text so far)` gives something.
async function until(what, read, found) {
  const end = Date.now() + WAIT_MS;
  for (;;) {
    const value = await found(read());
    if (value) return value;
    if (Date.now() > end) throw new Error(`${what}: not in time; so far:\n${read()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const children = [];
const folder = mkdtempSync(join(tmpdir(), 'pons-tutorial-'));
after(async () => {
  for (const child of children.reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    process.kill(-child.pid, 'SIGTERM');
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

const bin = process.env.PONS_BIN ?? join(root, 'build/dev/bin');
const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, PONS_DATA: join(folder, 'my-pons') };

// A shell in the tutorial's folder, and what it has said.
function shell(args) {
  const child = spawn('bash', args, { cwd: folder, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  children.push(child);
  const said = { text: '', child };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => { said.text += data; });
  return said;
}

test('the tutorial for an app works as it is written', { skip: missingPrograms() }, async () => {
  let page = readFileSync(join(root, 'docs/tutorials/first-app.md'), 'utf8');
  for (const port of PORTS) page = page.replaceAll(port, await freePort());
  const control = /http:\/\/127\.0\.0\.1:\d+\//.exec(page)[0];
  const steps = stepsOf(page);
  assert.equal(steps.filter(({ kind }) => kind === 'visit').length, 2);

  const person = shell(['-e']);
  let count = 0;
  const run = async (text) => {
    const from = person.text.length;
    const mark = `--- ${++count} done`;
    person.child.stdin.write(`${text}\necho; echo '${mark}'\n`);
    await until(text, () => person.text.slice(from), (said) => {
      if (said.includes(mark)) return true;
      if (person.child.exitCode !== null) throw new Error(`${text}\n${said}`);
      return false;
    });
    return person.text.slice(from).replace(mark, '').trim();
  };
  const patients = async () =>
    JSON.parse(await run('curl -s $PONS_URL/fhir/R4/Patient -H "Authorization: Bearer $TOKEN"')).entry ?? [];

  let visits = 0;
  let hook;
  for (const { kind, text, name } of steps) {
    if (kind === 'file') {
      writeFileSync(join(folder, name), text);
    } else if (kind === 'sh') {
      await run(text);
    } else if (kind === 'background') {
      // What was exported so far is there in every terminal.
      await run('export -p > exported.sh');
      hook = shell(['-ec', `. ./exported.sh; exec ${text}`]);
      await until(text, () => hook.text, (said) => /^ready/m.test(said));
    } else {
      if (visits === 0) {
        assert.equal((await patients()).length, 0, 'nobody is visible before a visit has started');
        await until('the connection reads', () => '', async () =>
          JSON.parse(await run('pons status --json')).items.every(({ state }) => state === 'active'));
      }
      const list = async (what) => (await fetch(`${control}clinic/${what}`)).json();
      const [{ id: location }] = await list('locations');
      const [{ id: practitioner }] = await list('practitioners');
      const found = await list('patients');
      const patient = (Array.isArray(found) ? found : found.patients)[visits].id;
      const started = await fetch(`${control}clinic/visits`, {
        method: 'POST', headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ patient, practitioner, location }),
      });
      assert.ok(started.ok, await started.text());
      visits += 1;
      await until('the patient is visible', () => '', async () => (await patients()).length === visits);
    }
  }
  await until('the webhook came', () => hook.text, (said) => said.includes("type: 'encounter.created'"));
  const feed = JSON.parse(await run('curl -s "$PONS_URL/api/changes?since=0" -H "Authorization: Bearer $TOKEN"'));
  assert.ok(feed.changes.some(({ type }) => type === 'encounter.created'));
});
