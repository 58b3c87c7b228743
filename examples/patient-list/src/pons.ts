// SPDX-License-Identifier: Apache-2.0
// What an app asks of Pons: a token, FHIR resources, a write, a webhook, the changes since.

export interface Reference {
  reference?: string; // "Patient/…"
  display?: string;
}

// Only what this app looks at; everything else in the resource is left alone.
export interface Patient {
  resourceType: 'Patient';
  id: string;
  name?: { use?: string; text?: string; family?: string; given?: string[]; prefix?: string[] }[];
  birthDate?: string;
  identifier?: { system?: string; value?: string }[];
}
export interface Encounter {
  resourceType: 'Encounter';
  id: string;
  status: string;
  subject?: Reference;
  participant?: { individual?: Reference }[];
  location?: { location: Reference }[];
  period?: { start?: string; end?: string };
}
export interface Named {
  resourceType: 'Practitioner' | 'Location';
  id: string;
  name?: string | { text?: string; family?: string; given?: string[]; prefix?: string[] }[];
}

export interface Appointment {
  resourceType: 'Appointment';
  id: string;
  status: string;
  start: string;
}
export interface DocumentReference {
  resourceType: 'DocumentReference';
  id: string;
  extension?: { url: string; valueCode?: string }[];
}
// A write that the practice has not answered in time; it goes on by itself.
export interface Task {
  resourceType: 'Task';
  id: string;
}
export interface Outcome {
  issue?: {
    details?: { text?: string };
    diagnostics?: string;
    extension?: { url: string; valuePeriod?: { start?: string } }[];
  }[];
}

// Which record changed, never what is in it: what a webhook posts, and an entry of the change feed.
export interface Change {
  type: string; // "encounter.created"
  timestamp: string;
  data: { resourceType: string; id: string; versionId: string; seq: number };
}

export interface Webhook {
  id: string;
  secret: string;
}

export class PonsError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly reason = '', // in words for a person
    readonly body: unknown = undefined,
  ) {
    super(message);
  }
}

const TIMEOUT_MS = 15_000;
const MOST_ATTEMPTS = 3;

export class Pons {
  private token: { value: string; expires: number } | undefined;

  constructor(
    private readonly base: string,
    private readonly clientId: string,
    private readonly clientSecret: string,
  ) {}

  // Undefined where the record is not there, or is no longer this app's to see.
  async read<T>(reference: string): Promise<T | undefined> {
    try {
      return await this.request<T>('GET', `/fhir/R4/${reference}`);
    } catch (error) {
      if (error instanceof PonsError && (error.status === 404 || error.status === 410)) {
        return undefined;
      }
      throw error;
    }
  }

  async search<T>(query: string): Promise<T[]> {
    const bundle = await this.request<{ entry?: { resource: T }[] }>('GET', `/fhir/R4/${query}`);
    return (bundle.entry ?? []).map((entry) => entry.resource);
  }

  // Waits until the practice has it, or gives the Task of what goes on without us. Asked again under
  // the same key where no answer came: however often, it is done once.
  async create<T>(path: string, body: unknown, key: string): Promise<T | Task> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.request<T | Task>('POST', `/fhir/R4/${path}`, body, { 'idempotency-key': key });
      } catch (error) {
        if (error instanceof PonsError || attempt === MOST_ATTEMPTS) throw error;
      }
    }
  }

  async registerWebhook(url: string, events: string[]): Promise<Webhook> {
    return this.request<Webhook>('POST', '/api/webhooks', { url, events });
  }

  async webhookExists(id: string): Promise<boolean> {
    const { webhooks } = await this.request<{ webhooks: { id: string; state: string }[] }>(
      'GET', '/api/webhooks');
    return webhooks.some((webhook) => webhook.id === id && webhook.state === 'active');
  }

  // Everything that changed after `since`, oldest first, a page at a time.
  async *changesSince(since: number): AsyncGenerator<Change> {
    for (let next = String(since), more = true; more; ) {
      const page = await this.request<{ changes: Change[]; next: string; more: boolean }>(
        'GET', `/api/changes?since=${next}&limit=1000`);
      yield* page.changes;
      more = page.more;
      next = page.next;
    }
  }

  private async request<T>(method: string, path: string, body?: unknown,
    headers: Record<string, string> = {}): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const response = await fetch(this.base + path, {
        method,
        headers: {
          authorization: `Bearer ${await this.accessToken()}`,
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (response.ok) return (await response.json()) as T;
      const text = await response.text();
      // A token can be withdrawn before its time: get a fresh one, once.
      if (response.status === 401 && attempt === 1) {
        this.token = undefined;
        continue;
      }
      throw new PonsError(response.status, `${method} ${path.split('?')[0]}: ${response.status} ${reason(text)}`,
        reason(text), parsed(text));
    }
  }

  private async accessToken(): Promise<string> {
    if (this.token && Date.now() < this.token.expires) return this.token.value;
    const response = await fetch(`${this.base}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: this.clientId,
        client_secret: this.clientSecret,
      }).toString(),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) {
      throw new PonsError(response.status, `token: ${response.status} ${reason(await response.text())}`);
    }
    const answer = (await response.json()) as { access_token: string; expires_in: number };
    // A minute early, so that it does not run out on the way.
    this.token = {
      value: answer.access_token,
      expires: Date.now() + (answer.expires_in - 60) * 1000,
    };
    return this.token.value;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// What an error body says, for the log: an OperationOutcome, an OAuth error or a problem.
function reason(text: string): string {
  try {
    const body = JSON.parse(text);
    const issue = body.issue?.[0];
    return issue?.details?.text ?? issue?.diagnostics ?? body.error_description ?? body.detail ??
      body.error ?? '';
  } catch {
    return '';
  }
}
