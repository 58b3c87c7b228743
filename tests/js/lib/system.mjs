// SPDX-License-Identifier: Apache-2.0
// The built programs as an operator and an app's developer meet them: a sandbox practice, a running
// Pons beside it, and orders given on the command line. All on loopback, all gone after stop().

import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const { Webhook } = createRequire(import.meta.url)('standardwebhooks');

export const root = fileURLToPath(new URL('../../../', import.meta.url));
const bin = process.env.PONS_BIN ?? join(root, 'build/dev/bin');
const START_MS = 30_000;

// Why the system cannot be started here; undefined where it can.
export function missingPrograms(names = ['pons', 'pons-sandbox']) {
  for (const name of names) {
    if (!existsSync(join(bin, name))) return `${name} is not built in ${bin}`;
  }
  return undefined;
}

// A folder of test data; undefined where this machine has none.
export function sharedData(name) {
  const folder = join(process.env.PONS_SHARED_DATA ?? join(root, '../shared/data'), name);
  return existsSync(folder) ? folder : undefined;
}

export class System {
  #children = [];
  #receivers = [];
  password = 'browser-password';

  // `sandbox`: more arguments of pons-sandbox; undefined: no practice.
  static async start({ sandbox } = {}) {
    const system = new System();
    system.data = mkdtempSync(join(tmpdir(), 'pons-system-'));
    try {
      if (!sandbox) {
        await system.startPons();
        return system;
      }
      const practice = await system.#run('pons-sandbox',
        ['best_practice', '--password', system.password, ...sandbox]);
      system.wire = new URL(practice.wire.replace(/^tds/, 'http')).port;
      system.control = practice.control;
      system.page = practice.page;
      system.reports = practice.reports;
      await system.startPons();
    } catch (error) {
      await system.stop();
      throw error;
    }
    return system;
  }

  // `development` lets webhooks go to this machine.
  async startPons({ development = true } = {}) {
    const started = await this.#run('pons', ['serve', '--data', this.data, '--listen', '127.0.0.1:0',
      ...(development ? ['--development'] : [])]);
    this.url = started[''];
    this.pons = started.child;
  }

  async stop() {
    for (const receiver of this.#receivers) receiver.close();
    await Promise.all(this.#children.map((child) => end(child, 'SIGTERM')));
    if (this.data) rmSync(this.data, { recursive: true, force: true });
  }

  // Any program that prints "ready …"; the parts of that line by name, and the child.
  async run(program, args, env) {
    return this.#run(program, args, env);
  }

  async #run(name, args, env = {}) {
    const child = spawn(name.includes('/') ? name : join(bin, name), args,
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    this.#children.push(child);
    let out = '';
    let log = '';
    child.stderr.on('data', (data) => { log = (log + data).slice(-4000); });
    const line = await new Promise((resolve, reject) => {
      const fail = (why) => reject(new Error(`${name}: ${why}\n${log}`));
      const timer = setTimeout(() => fail('not ready in time'), START_MS);
      child.once('error', (error) => fail(error.message));
      child.once('exit', (code) => { clearTimeout(timer); fail(`ended with ${code}`); });
      child.stdout.on('data', (data) => {
        out += data;
        const ready = /^ready (.*)$/m.exec(out);
        if (!ready) return;
        clearTimeout(timer);
        child.removeAllListeners('exit');
        resolve(ready[1]);
      });
    });
    const parts = { child };
    for (const word of line.trim().split(/\s+/)) {
      const [, key, value] = /^(?:([a-z]+)=)?(.*)$/.exec(word);
      parts[key ?? ''] = value.replace(/\/$/, '');
    }
    return parts;
  }

  // One order of the operator, answered as JSON.
  async order(...args) {
    return new Promise((resolve, reject) => {
      execFile(join(bin, 'pons'), [...args, '--data', this.data, '--json'], { timeout: START_MS },
        (error, stdout, stderr) => {
          if (error) reject(new Error(`pons ${args.join(' ')}: ${stderr || error.message}`));
          else resolve(JSON.parse(stdout));
        });
    });
  }

  // The sandbox's control port.
  async practice(method, path, body) {
    return json(await fetch(this.control + path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }));
  }

  // Organization, connection, app and grant. `grant`: arguments of "pons grant add"; `settings`:
  // more of the connection's.
  async connect({ grant = ['--all-locations-to', 'main'], settings = {} } = {}) {
    this.organization ??= (await this.order('org', 'add', 'Harbour Skin Clinic')).id;
    this.connection = (await this.order('connection', 'add', '--org', this.organization,
      '--vendor', 'best_practice', '--name', 'Front desk', '--time-zone', 'Australia/Sydney',
      '--set', 'server=127.0.0.1', '--set', `port=${this.wire}`,
      ...Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]),
      '--secret', `password=${this.password}`)).id;
    this.app ??= await this.order('app', 'add', 'Test app');
    this.grant = await this.order('grant', 'add', '--app', this.app.client_id,
      '--connection', this.connection, ...grant);
  }

  // A webhook of the app and who receives it.
  async listen(events = []) {
    const receiver = await Receiver.start();
    this.#receivers.push(receiver);
    const webhook = await this.order('webhook', 'add', '--app', this.app.client_id,
      '--url', receiver.url, ...events.flatMap((event) => ['--event', event]));
    receiver.secret = webhook.secret;
    return receiver;
  }

  async token() {
    const response = await fetch(`${this.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials',
        client_id: this.app.client_id, client_secret: this.app.client_secret }),
    });
    return (await json(response)).access_token;
  }

  async get(path) {
    this.bearer ??= await this.token();
    let response = await fetch(this.url + path, { headers: { authorization: `Bearer ${this.bearer}` } });
    if (response.status === 401) {
      this.bearer = await this.token();
      response = await fetch(this.url + path, { headers: { authorization: `Bearer ${this.bearer}` } });
    }
    return json(response);
  }
  fhir(path) {
    return this.get(`/fhir/R4/${path}`);
  }

  // Until the connection is well and asks for visits again and again: what starts from here on is
  // news.
  async reading() {
    await until('the connection reads', async () => {
      const { items } = await this.order('status');
      return items.length > 0 && items.every(({ state }) => state === 'active');
    });
    const { entries } = await this.practice('GET', '/journal');
    let since = entries.at(-1)?.seq ?? 0;
    await until('visits are asked for', async () => {
      const page = await this.practice('GET', `/journal?since=${since}`);
      return page.entries.filter(({ text }) => /VISITS/.test(text ?? '')).length >= 2;
    });
  }
}

// An app's address: keeps what comes, checked with a verifier that is not ours.
export class Receiver {
  messages = []; // { id, type, data, at, genuine }
  status = 204; // what is answered
  secret = '';

  static async start() {
    const receiver = new Receiver();
    receiver.server = createServer(async (request, response) => {
      const at = Date.now();
      const parts = [];
      for await (const part of request) parts.push(part);
      const body = Buffer.concat(parts).toString();
      let genuine = true;
      try {
        new Webhook(receiver.secret).verify(body, request.headers);
      } catch {
        genuine = false;
      }
      receiver.messages.push({ id: request.headers['webhook-id'], ...JSON.parse(body), body, at, genuine });
      response.writeHead(receiver.status).end();
    });
    await new Promise((resolve) => receiver.server.listen(0, '127.0.0.1', resolve));
    receiver.url = `http://127.0.0.1:${receiver.server.address().port}/hook`;
    return receiver;
  }
  of(type) {
    return this.messages.filter((message) => message.type === type);
  }
  waitFor(type, count) {
    return until(`${count} × ${type}`, () => this.of(type).length >= count && this.of(type));
  }
  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}

// Asks every 25 ms until the answer is not false.
export async function until(what, ask, milliseconds = 60_000) {
  const end = Date.now() + milliseconds;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`${what}: not within ${milliseconds / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

async function json(response) {
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${text.slice(0, 500)}`);
  return text ? JSON.parse(text) : undefined;
}

async function end(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(late);
}
