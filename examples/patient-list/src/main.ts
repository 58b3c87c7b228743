// SPDX-License-Identifier: Apache-2.0
// Shows patients in a browser as their visits start, and asks the practice for a follow-up
// appointment or sends it a report. Four things happen here:
//   1. Pons posts to /webhook; the signature is checked, the records are read, the rows change.
//   2. The browser holds /events open and is sent each row that changes.
//   3. A press of a button becomes a write; how it stands comes back into the row.
//   4. After a start, the change feed says what happened while this app was away.

import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Actions } from './actions.js';
import { Arrivals, type Row } from './arrivals.js';
import { readConfig } from './config.js';
import { Pons, PonsError, type Change } from './pons.js';
import { isGenuine } from './signature.js';
import { loadState, saveState, type State } from './state.js';

const EVENTS = ['encounter.created', 'encounter.updated', 'encounter.deleted', 'patient.updated',
  'patient.deleted', 'appointment.updated', 'appointment.deleted', 'documentreference.updated'];
const MOST_BODY_BYTES = 64 * 1024;
const TRY_AGAIN_MS = 5_000;
const DAY_MS = 24 * 60 * 60 * 1000;

const config = readConfig(process.env);
const pons = new Pons(config.ponsUrl, config.clientId, config.clientSecret);
const browsers = new Set<ServerResponse>();
let state: State | undefined;
let trouble = 'Connecting to Pons.';

const arrivals = new Arrivals(pons, (row) => tell('row', row));
const actions = new Actions(pons, (encounter, change) => arrivals.show(encounter, change));

function tell(event: 'list' | 'row' | 'trouble', data: Row[] | Row | { gone: string } | string) {
  for (const browser of browsers) send(browser, event, data);
}

function send(browser: ServerResponse, event: string, data: unknown) {
  browser.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

function setTrouble(text: string) {
  if (text !== trouble) tell('trouble', text);
  trouble = text;
}

// ---- 1. What Pons sends

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const heardAt = Date.now();
  const body = await bodyOf(request);
  if (!body || !state || !isGenuine(state.secret, request.headers, body)) {
    response.writeHead(body ? 401 : 413).end();
    return;
  }
  const change = JSON.parse(body.toString('utf8')) as Change;
  try {
    await arrivals.apply(change, heardAt);
    await actions.look(change.data.resourceType, change.data.id);
  } catch (error) {
    // Not handled, so not acknowledged: Pons will send it again.
    console.error('cannot read what changed:', (error as Error).message);
    response.writeHead(503, { 'retry-after': '5' }).end();
    return;
  }
  remember(change.data.seq);
  response.writeHead(204).end();
}

function remember(seq: number) {
  if (!state) return;
  state.since = Math.max(state.since, seq);
  state.encounters = arrivals.today().map((row) => row.encounter);
  saveState(config.stateFile, state);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size > MOST_BODY_BYTES) return undefined;
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

// ---- 2. What the browser asks for

const pages = new Map(
  [
    ['/', 'index.html', 'text/html; charset=utf-8'],
    ['/page.css', 'page.css', 'text/css; charset=utf-8'],
    ['/page.js', 'page.js', 'text/javascript; charset=utf-8'],
  ].map(([path, file, type]) => [
    path,
    { type: type!, body: readFileSync(new URL(`../public/${file}`, import.meta.url)) },
  ]),
);

function follow(request: IncomingMessage, response: ServerResponse) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  send(response, 'trouble', trouble);
  send(response, 'list', arrivals.today());
  browsers.add(response);
  request.on('close', () => browsers.delete(response));
}

// A line now and then keeps the connection open through proxies.
setInterval(() => browsers.forEach((browser) => browser.write(': still here\n\n')), 20_000).unref();

// ---- 3. What a person asks for

// Answered at once; the row tells the rest. Only pages of this app may ask: a form of another site
// cannot send JSON.
async function act(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  const json = request.headers['content-type'] === 'application/json';
  const wish = json && body ? JSON.parse(body.toString('utf8')) as { encounter?: string; start?: string } : {};
  const row = arrivals.row(String(wish.encounter));
  if (!row) {
    response.writeHead(json ? 404 : 415).end();
    return;
  }
  response.writeHead(202).end();
  if (path === '/book') await actions.book(row, wish.start ? String(wish.start) : undefined);
  else await actions.sendReport(row);
}

const server = createServer((request, response) => {
  const path = request.url?.split('?')[0] ?? '/';
  if ((path === '/book' || path === '/report') && request.method === 'POST') {
    act(path, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(400).end();
    });
    return;
  }
  if (path === '/webhook' && request.method === 'POST') {
    receive(request, response).catch(() => response.writeHead(500).end());
    return;
  }
  if (path === '/events' && request.method === 'GET') return follow(request, response);
  const page = pages.get(path);
  if (!page || request.method !== 'GET') {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('There is no such page.\n');
    return;
  }
  response.writeHead(200, {
    'content-type': page.type,
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'self'; style-src 'self'; script-src 'self'; img-src data:; " +
      `object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors ${config.framedBy ?? "'none'"}`,
    'x-content-type-options': 'nosniff',
  });
  response.end(page.body);
});

// ---- 4. Starting

async function register(publicUrl: string): Promise<State> {
  const kept = loadState(config.stateFile);
  const mine = `${config.ponsUrl} ${config.clientId}`;
  const webhookUrl = `${publicUrl}/webhook`;
  const same = kept?.server === mine ? kept : undefined;
  if (same?.webhookUrl === webhookUrl && (await pons.webhookExists(same.webhookId))) {
    return (state = same);
  }
  const webhook = await pons.registerWebhook(webhookUrl, EVENTS);
  state = { server: mine, webhookUrl, webhookId: webhook.id, secret: webhook.secret,
    since: same?.since ?? 0, encounters: same?.encounters ?? [] };
  saveState(config.stateFile, state);
  return state;
}

// Reads again what was on the page, then what the feed says has happened since.
async function catchUp(current: State): Promise<void> {
  const visits = new Set(current.encounters);
  let since = current.since;
  for await (const change of pons.changesSince(current.since)) {
    since = change.data.seq;
    const recent = Date.now() - Date.parse(change.timestamp) < DAY_MS;
    if (change.data.resourceType === 'Encounter' && recent) visits.add(change.data.id);
  }
  for (const id of visits) await arrivals.readEncounter(id, null);
  remember(since);
}

async function connect(publicUrl: string): Promise<void> {
  for (;;) {
    try {
      await catchUp(await register(publicUrl));
      setTrouble('');
      return;
    } catch (error) {
      setTrouble(`${whatToDo(error)} Trying again every 5 seconds.`);
      console.error('cannot start with Pons:', (error as Error).message);
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
    }
  }
}

function whatToDo(error: unknown): string {
  if (!(error instanceof PonsError)) {
    return `Pons does not answer at ${config.ponsUrl}. Check that it is running, and PONS_URL.`;
  }
  if (error.status === 400 || error.status === 401) {
    return 'Pons refuses this app. Check CLIENT_ID and CLIENT_SECRET.';
  }
  return `Pons cannot be used: ${error.message}.`;
}

server.listen(config.port, '127.0.0.1', async () => {
  const port = (server.address() as AddressInfo).port;
  await connect(config.publicUrl ?? `http://127.0.0.1:${port}`);
  console.log(`ready http://127.0.0.1:${port}/`);
});
