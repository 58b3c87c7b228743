// SPDX-License-Identifier: Apache-2.0
// Stands in for Pons in this app's own tests: a token, the webhooks, the change feed and the records
// that a test puts in. Made-up people only.

import { createHmac, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

export class MockPons {
  records = new Map(); // "Patient/p1" -> resource
  changes = [];
  webhooks = [];
  tokens = 0;
  failing = false; // reads answer 503
  writes = []; // { path, key, body }
  answers = []; // to the next writes: [status, body]; then what was sent comes back, created

  async start() {
    this.server = createServer((request, response) => this.#answer(request, response));
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }
  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  // A visit that started, as two records and one change; returns the change.
  visit(n, { name, birthDate = '1984-07-02', medicare, practitioner = 'Dr Alex Nguyen',
    location = 'Harbour Skin Clinic', start = new Date() }) {
    const [given, ...family] = name.split(' ');
    this.records.set(`Patient/p${n}`, {
      resourceType: 'Patient', id: `p${n}`,
      name: [{ use: 'official', given: [given], family: family.join(' ') }],
      ...(birthDate && { birthDate }),
      identifier: medicare
        ? [{ system: 'http://ns.electronichealth.net.au/id/medicare-number', value: medicare }] : [],
    });
    this.records.set(`Encounter/e${n}`, {
      resourceType: 'Encounter', id: `e${n}`, status: 'in-progress', class: { code: 'AMB' },
      subject: { reference: `Patient/p${n}` },
      participant: [{ individual: { reference: 'Practitioner/d1', display: practitioner } }],
      location: [{ location: { reference: 'Location/l1', display: location } }],
      period: { start: inSydney(start) },
    });
    return this.change(`Encounter/e${n}`, 'created');
  }
  change(reference, kind) {
    const [resourceType, id] = reference.split('/');
    const change = { type: `${resourceType.toLowerCase()}.${kind}`, timestamp: new Date().toISOString(),
      data: { resourceType, id, versionId: '1', seq: this.changes.length + 1 } };
    this.changes.push(change);
    return change;
  }

  // Posts the change as Pons would; returns the status that came back.
  async deliver(change, { tamper = (body) => body, secret, timestamp = Math.floor(Date.now() / 1000) } = {}) {
    const webhook = this.webhooks.at(-1);
    const id = `evt${change.data.seq}`;
    const body = JSON.stringify(change);
    const key = Buffer.from((secret ?? webhook.secret).slice(6), 'base64');
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
    const response = await fetch(webhook.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'webhook-id': id,
        'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` },
      body: tamper(body),
    });
    return response.status;
  }

  async #answer(request, response) {
    const parts = [];
    for await (const part of request) parts.push(part);
    const text = Buffer.concat(parts).toString();
    const url = new URL(request.url, this.url);
    const json = (status, body) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (url.pathname === '/oauth/token') {
      const form = new URLSearchParams(text);
      if (form.get('client_secret') !== 'secret') return json(401, { error: 'invalid_client' });
      this.tokens++;
      return json(200, { access_token: `t${this.tokens}`, token_type: 'Bearer', expires_in: 300 });
    }
    if (request.headers.authorization !== `Bearer t${this.tokens}`) return json(401, {});
    if (this.failing) return json(503, {});
    if (url.pathname === '/api/webhooks' && request.method === 'POST') {
      const webhook = { id: `w${this.webhooks.length + 1}`, state: 'active', ...JSON.parse(text),
        secret: `whsec_${randomBytes(32).toString('base64')}` };
      this.webhooks.push(webhook);
      return json(201, webhook);
    }
    if (url.pathname === '/api/webhooks') return json(200, { webhooks: this.webhooks });
    if (url.pathname === '/api/changes') {
      const since = Number(url.searchParams.get('since'));
      const page = this.changes.filter((change) => change.data.seq > since).slice(0, 3);
      const next = page.at(-1)?.data.seq ?? since;
      return json(200, { changes: page, next: String(next), more: next < this.changes.length });
    }
    if (url.pathname.startsWith('/fhir/R4/') && request.method === 'POST') {
      this.writes.push({ path: url.pathname.slice(9), key: request.headers['idempotency-key'], body: JSON.parse(text) });
      const [status, body] = this.answers.shift() ?? [201, { ...JSON.parse(text), id: `new${this.writes.length}` }];
      if (status === 0) return request.socket.destroy();
      if (body.id) this.records.set(`${body.resourceType}/${body.id}`, body);
      return json(status, body);
    }
    if (url.pathname === '/fhir/R4/HealthcareService') {
      return json(200, { resourceType: 'Bundle', entry: [{ resource: { resourceType: 'HealthcareService', id: 's1' } }] });
    }
    const record = this.records.get(url.pathname.replace('/fhir/R4/', ''));
    return record ? json(200, record) : json(404, { resourceType: 'OperationOutcome' });
  }
}

function inSydney(instant) {
  const there = new Date(instant.getTime() + 11 * 3600_000).toISOString();
  return there.slice(0, 23) + '+11:00';
}
