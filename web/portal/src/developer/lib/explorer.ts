// SPDX-License-Identifier: Apache-2.0
// What the explorer offers, read from the server's own OpenAPI document and CapabilityStatement, and
// the request that a filled-in operation makes. Nothing here names an address by hand.
import type { PlainRequest } from './curl';

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  help?: string;
  choices?: string[];
  example?: string;
}

export interface Operation {
  id: string;
  group: string;
  method: string;
  path: string;
  summary: string;
  parameters: Parameter[];
  /** Present where the operation takes a body. */
  body?: { type: string; example: string };
  /** Nobody has to sign in for it. */
  open: boolean;
}

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const objects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function resolve(document: Json, value: unknown): Json {
  let at: unknown = value;
  for (let hops = 0; hops < 8 && isObject(at) && typeof at.$ref === 'string'; ++hops) {
    const path = at.$ref.replace(/^#\//, '').split('/');
    at = path.reduce<unknown>((from, key) => (isObject(from) ? from[key.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined), document);
  }
  return isObject(at) ? at : {};
}

/** A value that fits a JSON schema, to start typing from. */
export function sampleOf(document: Json, schema: unknown, depth = 0): unknown {
  const at = resolve(document, schema);
  if (at.example !== undefined) return at.example;
  if (Array.isArray(at.examples) && at.examples.length > 0) return at.examples[0];
  if (at.const !== undefined) return at.const;
  if (at.default !== undefined) return at.default;
  if (Array.isArray(at.enum) && at.enum.length > 0) return at.enum[0];
  const type = Array.isArray(at.type) ? at.type.find((t) => t !== 'null') : at.type;
  if ((type === 'object' || isObject(at.properties)) && depth < 5) {
    const out: Json = {};
    for (const [key, value] of Object.entries(isObject(at.properties) ? at.properties : {})) {
      out[key] = sampleOf(document, value, depth + 1);
    }
    return out;
  }
  if (type === 'array') return [];
  if (type === 'integer' || type === 'number') return 0;
  if (type === 'boolean') return false;
  return '';
}

function parameterOf(document: Json, value: unknown): Parameter | null {
  const at = resolve(document, value);
  const where = textOf(at.in);
  const name = textOf(at.name);
  if (!name || (where !== 'path' && where !== 'query' && where !== 'header')) return null;
  const schema = resolve(document, at.schema);
  const choices = Array.isArray(schema.enum) ? schema.enum.map(String) : undefined;
  const example = at.example ?? schema.example ?? schema.default;
  return {
    name,
    in: where,
    required: at.required === true || where === 'path',
    help: textOf(at.description) || undefined,
    choices,
    example: example === undefined ? undefined : String(example),
  };
}

function writeSample(type: string, sample: unknown): string {
  if (type.includes('json')) return JSON.stringify(sample, null, 2);
  if (!isObject(sample)) return textOf(sample);
  const form = new URLSearchParams();
  for (const [key, value] of Object.entries(sample)) if (value !== '') form.set(key, String(value));
  return form.toString();
}

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

function groupOf(path: string): string {
  if (path.startsWith('/oauth') || path.includes('/.well-known/')) return 'Signing in';
  const part = /^\/api\/([^/{]+)/.exec(path)?.[1] ?? /^\/fhir\/R4\/([A-Z][A-Za-z]+)/.exec(path)?.[1];
  if (!part) return 'Server';
  return part.charAt(0).toUpperCase() + part.slice(1).replaceAll('-', ' ');
}

/** Operations of an OpenAPI 3 document that apps may call; the portal's own are left out. */
export function fromOpenApi(document: unknown): Operation[] {
  if (!isObject(document) || !isObject(document.paths)) return [];
  const out: Operation[] = [];
  for (const [path, value] of Object.entries(document.paths)) {
    if (path.startsWith('/portal/')) continue;
    const item = resolve(document, value);
    for (const method of methods) {
      if (!isObject(item[method])) continue;
      const at = item[method] as Json;
      const listed = [...(Array.isArray(item.parameters) ? item.parameters : []), ...(Array.isArray(at.parameters) ? at.parameters : [])];
      const parameters = listed.map((p) => parameterOf(document, p)).filter((p): p is Parameter => p !== null);
      for (const match of path.matchAll(/\{([^}]+)\}/g)) {
        const name = match[1] ?? '';
        if (!parameters.some((p) => p.in === 'path' && p.name === name)) parameters.push({ name, in: 'path', required: true });
      }
      const operation: Operation = {
        id: `${method.toUpperCase()} ${path}`,
        group: groupOf(path),
        method: method.toUpperCase(),
        path,
        summary: textOf(at.summary) || textOf(at.description) || path,
        parameters,
        open: Array.isArray(at.security) && at.security.length === 0,
      };
      const content = resolve(document, at.requestBody).content;
      if (isObject(content)) {
        const type = Object.keys(content).find((t) => t.includes('json')) ?? Object.keys(content)[0];
        if (type !== undefined) {
          const media = resolve(document, content[type]);
          const sample = media.example ?? sampleOf(document, media.schema);
          operation.body = { type, example: writeSample(type, sample) };
        }
      }
      out.push(operation);
    }
  }
  return out;
}

const idParameter: Parameter = { name: 'id', in: 'path', required: true, help: 'the record’s id' };
const versionParameter: Parameter = { name: 'If-Match', in: 'header', required: true, help: 'the ETag of the version that you have read', example: 'W/"1"' };
const paging: Parameter[] = [
  { name: '_count', in: 'query', required: false, help: 'how many a page; 500 at most', example: '10' },
  { name: '_sort', in: 'query', required: false, help: 'the field to sort by; - in front for the reverse' },
];
const fhir = 'application/fhir+json';

const an = (type: string): string => `${/^[AEIOU]/.test(type) ? 'an' : 'a'} ${type}`;

function idempotency(): Parameter {
  return { name: 'Idempotency-Key', in: 'header', required: true, help: 'your own name for this wish; the same key is never done twice' };
}

function startOf(type: string): string {
  const starts: Record<string, unknown> = {
    Patient: { resourceType: 'Patient', name: [{ family: 'Example', given: ['Ada'] }], birthDate: '1984-07-02', gender: 'female' },
    Appointment: {
      resourceType: 'Appointment', status: 'booked', start: '2026-03-09T10:00:00+11:00',
      participant: [{ actor: { reference: 'Patient/ID' }, status: 'accepted' }, { actor: { reference: 'Practitioner/ID' }, status: 'accepted' }, { actor: { reference: 'HealthcareService/ID' }, status: 'accepted' }],
    },
    DocumentReference: {
      resourceType: 'DocumentReference', status: 'current', subject: { reference: 'Patient/ID' }, author: [{ reference: 'Practitioner/ID' }],
      content: [{ attachment: { contentType: 'application/pdf', url: 'Binary/ID', title: 'Report' } }],
    },
  };
  return JSON.stringify(starts[type] ?? { resourceType: type }, null, 2);
}

/** Operations that a FHIR server says it has. */
export function fromCapability(statement: unknown): Operation[] {
  if (!isObject(statement)) return [];
  const out: Operation[] = [];
  for (const rest of objects(statement.rest)) {
    for (const resource of objects(rest.resource)) {
      const type = textOf(resource.type);
      if (!type) continue;
      const at = `/fhir/R4/${type}`;
      const add = (method: string, path: string, summary: string, parameters: Parameter[], body?: Operation['body']) =>
        out.push({ id: `${method} ${path}`, group: type, method, path, summary, parameters, body, open: false });
      const codes = objects(resource.interaction).map((i) => textOf(i.code));
      const search: Parameter[] = objects(resource.searchParam).map((p) => ({
        name: textOf(p.name), in: 'query' as const, required: false, help: textOf(p.documentation) || undefined,
      }));
      for (const code of codes) {
        if (code === 'read') add('GET', `${at}/{id}`, `Reads one ${type}`, [idParameter]);
        if (code === 'search-type') add('GET', at, `Searches ${type}`, [...search, ...paging]);
        if (code === 'create') add('POST', at, `Creates ${an(type)}`, [idempotency()], { type: fhir, example: startOf(type) });
        if (code === 'update') add('PUT', `${at}/{id}`, `Replaces ${an(type)}`, [idParameter, versionParameter], { type: fhir, example: startOf(type) });
        if (code === 'patch') {
          add('PATCH', `${at}/{id}`, `Changes ${an(type)}`, [idParameter, versionParameter], {
            type: 'application/json-patch+json',
            example: JSON.stringify([{ op: 'replace', path: '/status', value: '' }], null, 2),
          });
        }
      }
      for (const operation of objects(resource.operation)) {
        const name = textOf(operation.name).replace(/^\$/, '');
        if (!name) continue;
        const writes = name !== 'match';
        add('POST', `${at}/$${name}`, `Calls $${name}`, writes ? [idempotency()] : [], {
          type: fhir, example: JSON.stringify({ resourceType: 'Parameters', parameter: [] }, null, 2),
        });
      }
    }
  }
  return out;
}

/** Both documents together; where both describe an address, the OpenAPI document's words win. */
export function operationsOf(openApi: unknown, capability: unknown): Operation[] {
  const all = new Map<string, Operation>();
  for (const operation of [...fromCapability(capability), ...fromOpenApi(openApi)]) {
    if (/\{(type|resource)\}/.test(operation.path)) continue;
    const before = all.get(operation.id);
    const named = new Set(operation.parameters.map((p) => `${p.in} ${p.name}`));
    all.set(operation.id, before ? {
      ...operation,
      group: before.group,
      body: before.body ?? operation.body,
      parameters: [...operation.parameters, ...before.parameters.filter((p) => !named.has(`${p.in} ${p.name}`))],
    } : operation);
  }
  return [...all.values()].sort((a, b) => a.group.localeCompare(b.group, 'en') || a.path.localeCompare(b.path, 'en') || methodRank(a) - methodRank(b));
}

function methodRank(operation: Operation): number {
  return methods.findIndex((m) => m.toUpperCase() === operation.method);
}

export function matches(operation: Operation, words: string): boolean {
  const text = `${operation.group} ${operation.method} ${operation.path} ${operation.summary}`.toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

export interface Filled {
  /** By `${in} ${name}`. */
  values: Record<string, string>;
  body: string;
}

export const keyOf = (p: Parameter): string => `${p.in} ${p.name}`;

/** What stands in the form before anybody typed. `random` names the idempotency key. */
export function startingFrom(operation: Operation, random: () => string): Filled {
  const values: Record<string, string> = {};
  for (const p of operation.parameters) {
    if (p.name === 'Idempotency-Key') values[keyOf(p)] = random();
    else if (p.required && p.example !== undefined) values[keyOf(p)] = p.example;
  }
  return { values, body: operation.body?.example ?? '' };
}

/** What is missing or cannot be read, by parameter key or "body". */
export function faultsOf(operation: Operation, filled: Filled): Record<string, string> {
  const faults: Record<string, string> = {};
  for (const p of operation.parameters) {
    if (p.required && !(filled.values[keyOf(p)] ?? '').trim()) faults[keyOf(p)] = `Fill in ${p.name}.`;
  }
  if (operation.body?.type.includes('json')) {
    try {
      JSON.parse(filled.body);
    } catch (error) {
      faults.body = `This is not JSON: ${error instanceof Error ? error.message : 'it cannot be read'}.`;
    }
  }
  return faults;
}

export function requestOf(operation: Operation, filled: Filled, base: string): PlainRequest {
  let path = operation.path;
  const query = new URLSearchParams();
  const headers: [string, string][] = [];
  if (!operation.open) headers.push(['Authorization', 'Bearer $TOKEN']);
  for (const p of operation.parameters) {
    const value = (filled.values[keyOf(p)] ?? '').trim();
    if (!value) continue;
    if (p.in === 'path') path = path.replace(`{${p.name}}`, encodeURIComponent(value));
    else if (p.in === 'query') query.append(p.name, value);
    else headers.push([p.name, value]);
  }
  if (operation.body) headers.push(['Content-Type', operation.body.type]);
  const search = query.toString();
  return { method: operation.method, url: `${base}${path}${search ? `?${search}` : ''}`, headers, body: operation.body ? filled.body : undefined };
}

/** JSON set out for reading; anything else as it came. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
