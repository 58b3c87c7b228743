// SPDX-License-Identifier: Apache-2.0
// A running Pons with its portal, a sandbox practice, people who sign in, and pages in Debian's
// Chromium. All on loopback, all gone after stop().

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { missingPrograms, root, until } from '../../js/lib/system.mjs';

export { Receiver, until } from '../../js/lib/system.mjs';

const require = createRequire(import.meta.url);
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const CHROMIUM = '/usr/bin/chromium';
export const BROWSER_ARGS = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-quic',
  '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
export const bin = process.env.PONS_BIN ?? join(root, 'build/dev/bin');
const START_MS = 60_000;

// Why these tests cannot run here; false where they can.
export const skip = missingPrograms() ??
  (existsSync(CHROMIUM) ? undefined : 'there is no Chromium on this machine') ??
  (existsSync(join(root, 'web/portal/dist/index.html')) ? undefined : 'the portal is not built') ?? false;

export const PASSWORD = 'seven herons over the weir';

// What an authenticator app shows at that moment (RFC 6238: SHA-1, 30 s, 6 digits).
export function totp(secret, at = Date.now(), step = 0) {
  let bits = '';
  for (const c of secret.replace(/[\s=]/g, '').toUpperCase()) {
    bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0');
  }
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000) + step));
  const digest = createHmac('sha1', key).update(counter).digest();
  const offset = digest.at(-1) & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

// A person at the API, with a cookie and a CSRF token as a browser has them.
export class Person {
  cookies = new Map();
  csrf = '';

  constructor(url) {
    this.url = url;
  }
  cookie() {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }
  // The whole answer: { status, body, headers }.
  async ask(method, path, body, headers = {}) {
    const response = await fetch(`${this.url}/portal/api${path}`, {
      method,
      headers: {
        ...(this.cookies.size ? { cookie: this.cookie() } : {}),
        ...(method === 'GET' ? {} : { 'x-pons-csrf': this.csrf, origin: this.url }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    }).catch((error) => { throw new Error(`${method} ${path}: ${error.cause?.message ?? error.message}`); });
    for (const line of response.headers.getSetCookie?.() ?? [response.headers.get('set-cookie')].filter(Boolean)) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (value && !/max-age=0/i.test(line)) this.cookies.set(name, value);
      else this.cookies.delete(name);
    }
    const text = await response.text();
    let json;
    try {
      json = text ? JSON.parse(text) : undefined;
    } catch {
      json = undefined;
    }
    return { status: response.status, body: json, text, headers: response.headers };
  }
  // The body of an answer that must be good.
  async call(method, path, body) {
    const answer = await this.ask(method, path, body);
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text.slice(0, 600)}`);
    return answer.body;
  }
  get(path) {
    return this.call('GET', path);
  }
  async list(path) {
    const answer = await this.get(path);
    return answer.items ?? answer;
  }
  // Reads the session, and with it the token that changes need.
  async refresh() {
    const session = await this.get('/session');
    this.csrf = session.csrf;
    this.user = session.user;
    return session;
  }
  async signIn(email, password = PASSWORD) {
    const answer = await this.ask('POST', '/session', { email, password });
    if (answer.status >= 300) return answer;
    await this.refresh();
    return answer;
  }
}

export class World {
  #children = [];
  receivers = [];
  password = 'browser-password';

  // `sandbox`: more arguments of pons-sandbox; undefined: no practice. `relay`: the same, of a practice
  // behind Halo Connect. `args`: more of `pons serve`.
  static async start({ sandbox, relay, args = ['--development'] } = {}) {
    const world = new World();
    world.data = mkdtempSync(join(tmpdir(), 'pons-portal-'));
    try {
      if (sandbox) await world.startPractice(sandbox);
      if (relay) await world.startRelay(relay);
      await world.startPons(args, world.relayed);
    } catch (error) {
      await world.stop();
      throw error;
    }
    return world;
  }
  async startPractice(args) {
    const practice = await this.run('pons-sandbox', ['best_practice', '--password', this.password, ...args]);
    this.wire = new URL(practice.wire.replace(/^tds/, 'http')).port;
    this.control = practice.control.replace(/\/$/, '');
    this.practicePage = practice.page;
  }
  async startRelay(args) {
    const relay = await this.run('pons-sandbox', ['halo_connect', '--password', this.password, ...args]);
    [this.site, this.control] = relay.sites.split(',')[0].split('@');
    this.control = this.control.replace(/\/$/, '');
    this.relayed = { PONS_VENDOR_HALO_CONNECT_URL: relay.halo, PONS_VENDOR_HALO_CONNECT_SUBSCRIPTION_KEY: relay.key };
  }
  async startPons(args, env = {}) {
    this.pons = await this.run('pons', ['serve', '--data', this.data, '--listen', '127.0.0.1:0', ...args], env);
    this.url = this.pons[''].replace(/\/$/, '');
  }
  async stop() {
    for (const receiver of this.receivers) receiver.close();
    await this.browser?.close();
    await Promise.all(this.#children.map((child) => end(child)));
    if (this.data) rmSync(this.data, { recursive: true, force: true });
  }

  // Any program that prints "ready …": the parts of that line by name, `child`, and all it `said`.
  async run(name, args, env = {}) {
    const child = spawn(name.includes('/') ? name : join(bin, name), args,
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    this.#children.push(child);
    const parts = { child, said: '' };
    child.stderr.on('data', (data) => { parts.said += data; });
    child.on('exit', (code, signal) => { if (signal && signal !== 'SIGTERM') console.error(`${name} ended by ${signal}\n${parts.said.slice(-2000)}`); });
    await new Promise((resolve, reject) => {
      const fail = (why) => reject(new Error(`${name}: ${why}\n${parts.said.slice(-4000)}`));
      const timer = setTimeout(() => fail('not ready in time'), START_MS);
      child.once('error', (error) => fail(error.message));
      child.once('exit', (code) => { clearTimeout(timer); fail(`ended with ${code}`); });
      child.stdout.on('data', (data) => {
        parts.said += data;
        const ready = /^ready (.*)$/m.exec(parts.said);
        if (!ready) return;
        clearTimeout(timer);
        child.removeAllListeners('exit');
        for (const word of ready[1].trim().split(/\s+/)) {
          const [, key, value] = /^(?:([a-z]+)=)?(.*)$/.exec(word);
          parts[key ?? ''] = value;
        }
        resolve();
      });
    });
    return parts;
  }

  // The sandbox's control port.
  async practice(method, path, body) {
    const response = await fetch(this.control + path, { method,
      headers: { 'content-type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }
  async startVisit() {
    const { practitioners } = await this.practice('GET', `/clinic/diary?date=${(await this.practice('GET', '/state')).today}`);
    // Each practitioner in turn, so that some are among those whom a filter lets through.
    this.turn = (this.turn ?? 0) + 1;
    const first = this.turn % practitioners.length;
    for (const practitioner of [...practitioners.slice(first), ...practitioners.slice(0, first)]) {
      const booked = practitioner.appointments.find((a) => /^(booked|arrived)$/i.test(a.status) && !a.visit && a.patient);
      if (!booked) continue;
      await this.practice('POST', '/clinic/visits', { patient: booked.patient, practitioner: practitioner.id, appointment: booked.id });
      return booked;
    }
    throw new Error('nobody is booked for today');
  }

  // Until visits are asked for again and again: what starts from here on is news.
  async visitsAreSeen() {
    const { entries } = await this.practice('GET', '/journal');
    const since = entries.at(-1)?.seq ?? 0;
    await until('visits are asked for', async () => {
      const page = await this.practice('GET', `/journal?since=${since}`);
      return page.entries.filter(({ text }) => /VISITS/.test(text ?? '')).length >= 2;
    });
  }

  // The one-time link that the server printed.
  firstStart() {
    return until('the link of the first start', () => /https?:\/\/\S+\/portal\/first-start#\S+/.exec(this.pons.said)?.[0], 10_000);
  }
  person() {
    return new Person(this.url);
  }
  // The first operator, signed in.
  async operator({ name = 'Ola Operator', email = 'ola@pons.example' } = {}) {
    const person = this.person();
    const token = new URL(await this.firstStart()).hash.slice(1);
    await person.call('POST', '/first_start', { token, name, email, password: PASSWORD });
    await person.refresh();
    return person;
  }
  // An organization with one admin, who is somebody else than the operator.
  async organization(operator, name = 'Harbour Skin Clinic', email = 'mara@harbour.example') {
    const organization = await operator.call('POST', '/organizations', { name });
    const admin = await this.member(operator, organization.id, 'admin', email, 'Mara Manager');
    return { organization: organization.id, admin };
  }
  // Invites somebody and accepts the invitation.
  async member(inviter, organization, role, email, name = email) {
    const made = await inviter.call('POST', `/organizations/${organization}/members`, { email, role });
    const person = this.person();
    const token = new URL(made.invitation_url).hash.slice(1);
    await person.call('POST', `/invitations/${token}`, { name, password: PASSWORD });
    await person.refresh();
    person.email = email;
    return person;
  }
  settings(more = {}) {
    return { vendor: 'best_practice', name: 'Front desk', time_zone: 'Australia/Sydney',
      settings: { server: '127.0.0.1', port: this.wire, ...more }, secrets: { password: this.password } };
  }
  async connection(admin, organization) {
    const made = await admin.call('POST', `/organizations/${organization}/connections`, this.settings());
    await until('the connection is active', async () => (await admin.get(`/connections/${made.id}`)).state === 'active');
    return made.id;
  }

  async open(path = '/portal/', { person, ...settings } = {}) {
    this.browser ??= await chromium.launch({ executablePath: CHROMIUM, args: BROWSER_ARGS });
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 800 }, ...settings });
    if (person) await context.addCookies([...person.cookies].map(([name, value]) => ({ name, value, url: this.url, httpOnly: true, sameSite: 'Lax' })));
    const page = await context.newPage();
    // Errors of the page, breaches of its own policy and anything fetched from elsewhere fail a test.
    page.problems = [];
    page.on('pageerror', (error) => page.problems.push(error.message));
    page.on('console', (message) => {
      if (/Content.Security.Policy/i.test(message.text())) page.problems.push(message.text());
    });
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (/^https?:$/.test(protocol) && origin !== this.url && !settings.elsewhere) page.problems.push(`asks ${origin}`);
    });
    await page.goto(path.startsWith('http') ? path : this.url + path);
    return page;
  }
}

// A page is settled when it has its heading and no skeleton.
export async function settled(page) {
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(() => !document.querySelector('[aria-busy="true"], .mantine-Skeleton-root'), undefined, { timeout: 15_000 });
}

// By axe, in the state the page is in; the page's policy lets no script in, so it goes by the
// debugging protocol.
// `without`: what was judged before and takes long (a list of 500), by its selector.
export async function violations(page, without = []) {
  await page.evaluate(axe);
  const { violations: found } = await page.evaluate((exclude) => window.axe.run(exclude.length > 0 ? { exclude } : document), without);
  return found.flatMap(({ id, nodes }) => nodes.slice(0, 3).map((node) => `${id}: ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`));
}
export async function tooWide(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await ended;
  clearTimeout(late);
}
