// SPDX-License-Identifier: Apache-2.0
// Asks the API as an app does: with a token and without the portal's cookie. The secret is used for the
// token and forgotten; the token stays in this module's memory and never in the browser's storage.
/* eslint-disable no-restricted-globals -- these calls go to the apps' API, not to the portal's */
import type { PlainRequest } from './curl';

export interface Token {
  value: string;
  client: string;
  /** Milliseconds since the epoch. */
  until: number;
}

export interface Answered {
  status: number;
  statusText: string;
  ms: number;
  headers: [string, string][];
  body: string;
  bytes: number;
}

export class TokenRefused extends Error {}

let token: Token | null = null;

export function currentToken(client: string, now: number): Token | null {
  return token && token.client === client && token.until > now + 5_000 ? token : null;
}

export function forgetToken(): void {
  token = null;
}

export async function getToken(base: string, client: string, secret: string): Promise<Token> {
  let response: Response;
  try {
    response = await fetch(`${base}/oauth/token`, {
      method: 'POST',
      credentials: 'omit',
      headers: { Accept: 'application/json' },
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: client, client_secret: secret }),
    });
  } catch {
    throw new TokenRefused('The server cannot be reached. Check your connection to the network and try again.');
  }
  const body = (await response.json().catch(() => ({}))) as { access_token?: string; expires_in?: number; error_description?: string };
  if (response.status === 429) throw new TokenRefused('Too many attempts in the last minute. Wait a minute, then try again.');
  if (!response.ok || !body.access_token) {
    throw new TokenRefused(
      response.status === 401 || response.status === 400
        ? 'The secret was refused. Copy the whole secret of this app; if it is lost, make a new one on the app’s page.'
        : body.error_description || 'No token was given. Try again.',
    );
  }
  token = { value: body.access_token, client, until: Date.now() + (body.expires_in ?? 300) * 1000 };
  return token;
}

/** `$TOKEN` in a header becomes the token. */
export async function send(request: PlainRequest, bearer: string | null): Promise<Answered> {
  const headers = new Headers({ Accept: 'application/json' });
  for (const [name, value] of request.headers) headers.set(name, value.replace('$TOKEN', bearer ?? ''));
  const start = performance.now();
  const response = await fetch(request.url, { method: request.method, headers, body: request.body, credentials: 'omit', redirect: 'manual' });
  const body = await response.text();
  return {
    status: response.status,
    statusText: response.statusText,
    ms: performance.now() - start,
    headers: [...response.headers.entries()],
    body,
    bytes: new TextEncoder().encode(body).length,
  };
}

/** The server's own documents about itself; open to everybody. */
export async function describe(path: string): Promise<unknown> {
  const response = await fetch(path, { credentials: 'omit', headers: { Accept: 'application/json' } });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}
