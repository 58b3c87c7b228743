// SPDX-License-Identifier: Apache-2.0
// The one place that asks the server. Every call carries the session's CSRF token where it changes
// something; whatever goes wrong becomes an ApiError whose `message` can be shown to a person.
import type { Problem } from './types';

const BASE = '/portal/api';

export class ApiError extends Error {
  readonly status: number;
  readonly title: string;
  readonly code: string | undefined;
  readonly field: string | undefined;
  readonly reference: string | undefined;

  constructor(problem: Problem) {
    super(problem.detail || problem.title);
    this.name = 'ApiError';
    this.status = problem.status;
    this.title = problem.title;
    this.code = problem.code;
    this.field = problem.field;
    this.reference = problem.reference;
  }

  /** No answer came at all. */
  get offline(): boolean {
    return this.status === 0;
  }
}

let csrf = '';
let onSignedOut: () => void = () => undefined;

export function setCsrf(token: string): void {
  csrf = token;
}

/** Called once whenever the server says 401 to somebody who was signed in. */
export function setOnSignedOut(callback: () => void): void {
  onSignedOut = callback;
}

export type Query = Record<string, string | number | boolean | undefined | null>;

export function address(path: string, query?: Query): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') search.set(key, String(value));
  }
  const text = search.toString();
  return `${BASE}${path}${text ? `?${text}` : ''}`;
}

async function problemOf(response: Response): Promise<Problem> {
  const fallback: Problem = {
    status: response.status,
    title: 'The server could not answer',
    detail:
      response.status >= 500
        ? 'The server could not answer. Nothing was changed. Try again; if it happens again, tell your operator the reference.'
        : 'The server refused this. Reload the page and try again.',
  };
  const reference = response.headers.get('X-Request-Id') ?? undefined;
  try {
    const body = (await response.json()) as Partial<Problem>;
    return { ...fallback, reference, ...body, status: response.status };
  } catch {
    return { ...fallback, reference };
  }
}

async function call<T>(method: string, path: string, query?: Query, body?: unknown, signal?: AbortSignal): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (method !== 'GET') headers['X-Pons-CSRF'] = csrf;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(address(path, query), {
      method,
      headers,
      credentials: 'same-origin',
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError({
      status: 0,
      title: 'No answer from the server',
      detail: 'The server cannot be reached. Check your connection to the network; the page tries again by itself.',
      code: 'unreachable',
    });
  }
  if (!response.ok) {
    const problem = await problemOf(response);
    if (response.status === 401 && !path.startsWith('/session')) onSignedOut();
    throw new ApiError(problem);
  }
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) => call<T>('GET', path, query, undefined, signal),
  post: <T>(path: string, body: unknown = {}, query?: Query) => call<T>('POST', path, query, body),
  patch: <T>(path: string, body: unknown) => call<T>('PATCH', path, undefined, body),
  put: <T>(path: string, body: unknown) => call<T>('PUT', path, undefined, body),
  delete: <T>(path: string, query?: Query, body?: unknown) => call<T>('DELETE', path, query, body),
};

/** What to show for anything thrown. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError({
    status: 0,
    title: 'Something went wrong on this page',
    detail: 'Something went wrong on this page. Reload it; nothing was lost on the server.',
    code: 'page',
  });
}
