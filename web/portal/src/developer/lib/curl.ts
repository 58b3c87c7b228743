// SPDX-License-Identifier: Apache-2.0
// Requests written as commands of a shell: what an example page shows can be pasted and works.

export interface PlainRequest {
  method: string;
  url: string;
  headers: [string, string][];
  body?: string;
}

/** One word of a POSIX shell. */
export function quote(text: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(text)) return text;
  return `'${text.replace(/'/g, `'\\''`)}'`;
}

/** Double quotes, so that $TOKEN stands for itself and everything else does not. */
function quoteKeeping(text: string, variable: string): string {
  const escaped = text.replace(/[\\"`$]/g, '\\$&');
  return `"${escaped.replaceAll(`\\$${variable}`, `$${variable}`)}"`;
}

/** `$TOKEN` in a header stays a variable of the shell. */
export function curlOf(request: PlainRequest): string {
  const lines: string[] = [];
  const method = request.method === 'GET' && request.body === undefined ? '' : ` -X ${request.method}`;
  lines.push(`curl${method} ${quote(request.url)}`);
  for (const [name, value] of request.headers) {
    const text = `${name}: ${value}`;
    lines.push(`-H ${text.includes('$TOKEN') ? quoteKeeping(text, 'TOKEN') : quote(text)}`);
  }
  if (request.body !== undefined && request.body !== '') lines.push(`--data-raw ${quote(request.body)}`);
  return lines.join(' \\\n  ');
}

/** Gets a token into $TOKEN. Without a secret at hand the shell asks for it. */
export function curlForToken(base: string, clientId: string, secret?: string): string {
  const ask = secret === undefined ? `read -rsp 'Client secret: ' SECRET\n` : `SECRET=${quote(secret)}\n`;
  return `${ask}TOKEN=$(curl -s ${quote(`${base}/oauth/token`)} \\
  -u ${quote(clientId)}:"$SECRET" \\
  -d grant_type=client_credentials | sed 's/.*"access_token" *: *"\\([^"]*\\)".*/\\1/')`;
}

/** From nothing to the first patient. */
export function firstPatient(base: string, clientId: string, secret?: string): string {
  const read = curlOf({
    method: 'GET',
    url: `${base}/fhir/R4/Patient?_count=1`,
    headers: [['Authorization', 'Bearer $TOKEN']],
  });
  return `${curlForToken(base, clientId, secret)}\n${read}`;
}
