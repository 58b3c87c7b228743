// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';

import { faultsOf, fromCapability, fromOpenApi, matches, operationsOf, pretty, requestOf, sampleOf, startingFrom } from './explorer';

const openApi = {
  openapi: '3.1.0',
  paths: {
    '/api/changes': {
      get: {
        summary: 'Tells what changed',
        parameters: [
          { name: 'since', in: 'query', description: 'the last seq', schema: { type: 'string', default: '0' } },
          { $ref: '#/components/parameters/limit' },
        ],
      },
    },
    '/api/webhooks/{id}/replay': {
      post: { summary: 'Sends again', requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/replay' } } } } },
    },
    '/fhir/R4/{type}/{id}': { get: { summary: 'Reads any record' } },
    '/healthz': { get: { summary: 'Is it up', security: [] } },
    '/portal/api/session': { get: { summary: 'not for apps' } },
  },
  components: {
    parameters: { limit: { name: 'limit', in: 'query', schema: { type: 'integer' } } },
    schemas: { replay: { type: 'object', properties: { since: { type: 'string' }, all: { type: 'boolean' }, n: { type: ['integer', 'null'] } } } },
  },
};
const capability = {
  resourceType: 'CapabilityStatement',
  rest: [{
    resource: [{
      type: 'Patient',
      interaction: ['read', 'search-type', 'create', 'update', 'patch'].map((code) => ({ code })),
      searchParam: [{ name: 'family', type: 'string', documentation: 'family name' }],
      operation: [{ name: 'match', definition: 'x' }],
    }],
  }],
};

describe('operationsOf', () => {
  const all = operationsOf(openApi, capability);
  it('joins both documents and leaves out what is not for apps', () => {
    expect(all.map((o) => o.id)).toEqual([
      'GET /api/changes', 'GET /fhir/R4/Patient', 'POST /fhir/R4/Patient',
      'GET /fhir/R4/Patient/{id}', 'PUT /fhir/R4/Patient/{id}', 'PATCH /fhir/R4/Patient/{id}', 'POST /fhir/R4/Patient/$match', 'GET /healthz', 'POST /api/webhooks/{id}/replay',
    ]);
  });
  it('resolves references and finds parameters of the path that nobody listed', () => {
    const replay = all.find((o) => o.path.endsWith('/replay'));
    expect(replay?.parameters).toEqual([{ name: 'id', in: 'path', required: true }]);
    expect(JSON.parse(replay?.body?.example ?? '')).toEqual({ since: '', all: false, n: 0 });
    expect(fromOpenApi(openApi)[0]?.parameters.map((p) => p.name)).toEqual(['since', 'limit']);
  });
  it('knows what needs no token', () => {
    expect(all.filter((o) => o.open).map((o) => o.path)).toEqual(['/healthz']);
  });
  it('reads nothing out of nothing', () => {
    expect(operationsOf(null, 'x')).toEqual([]);
    expect(fromCapability({ rest: [{}] })).toEqual([]);
  });
});

describe('requestOf', () => {
  const read = fromCapability(capability).find((o) => o.id === 'GET /fhir/R4/Patient/{id}')!;
  const create = fromCapability(capability).find((o) => o.id === 'POST /fhir/R4/Patient')!;
  it('escapes what was typed', () => {
    expect(requestOf(read, { values: { 'path id': 'a/b ?' }, body: '' }, 'http://h').url).toBe('http://h/fhir/R4/Patient/a%2Fb%20%3F');
  });
  it('carries the key, the type and the body of a write', () => {
    const filled = startingFrom(create, () => 'key-1');
    const request = requestOf(create, filled, 'http://h');
    expect(request.headers).toEqual([['Authorization', 'Bearer $TOKEN'], ['Idempotency-Key', 'key-1'], ['Content-Type', 'application/fhir+json']]);
    expect(JSON.parse(request.body ?? '').resourceType).toBe('Patient');
  });
  it('says what is missing before anything is sent', () => {
    expect(faultsOf(read, { values: { 'path id': ' ' }, body: '' })).toEqual({ 'path id': 'Fill in id.' });
    expect(faultsOf(create, { values: { 'header Idempotency-Key': 'k' }, body: '{' }).body).toContain('not JSON');
    expect(faultsOf(create, startingFrom(create, () => 'k'))).toEqual({});
  });
});

it('finds by any words in any order', () => {
  const read = fromCapability(capability)[0]!;
  expect(matches(read, 'patient reads')).toBe(true);
  expect(matches(read, 'patient deletes')).toBe(false);
});

it('does not loop on a schema that names itself', () => {
  const document = { components: { schemas: { node: { type: 'object', properties: { child: { $ref: '#/components/schemas/node' } } } } } };
  expect(JSON.stringify(sampleOf(document, { $ref: '#/components/schemas/node' }))).toContain('child');
});

it('sets out JSON and leaves the rest', () => {
  expect(pretty('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(pretty('<html>')).toBe('<html>');
});
