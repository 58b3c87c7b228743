// SPDX-License-Identifier: Apache-2.0
// Serves the built pages with the mock's data and the server's own content security policy:
//   node tools/mock-serve.mjs [port]      prints the address
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

import { createMock } from './mock.mjs';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const NONCE = 'bW9jay1ub25jZQ';
const POLICY =
  "default-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; object-src 'none'; " +
  `base-uri 'none'; form-action 'self'; frame-ancestors 'none'; style-src 'self' 'nonce-${NONCE}'; frame-src 'none'`;

function file(path) {
  try {
    const name = normalize(join(dist, path));
    return name.startsWith(dist) && extname(name) in types ? readFileSync(name) : null;
  } catch {
    return null;
  }
}

export function serve(port = 0) {
  const mock = createMock();
  const server = createServer((request, response) => {
    void mock(request, response, () => {
      const path = new URL(request.url, 'http://mock').pathname.replace(/^\/portal\/?/, '');
      const found = path === '' ? null : file(path);
      if (found) {
        response.writeHead(200, { 'Content-Type': types[extname(path)] });
        return response.end(found);
      }
      const index = file('index.html').toString().replace('<head>', `<head><meta name="csp-nonce" content="${NONCE}">`);
      response.writeHead(200, { 'Content-Type': types['.html'], 'Content-Security-Policy': POLICY });
      return response.end(index);
    });
  });
  return new Promise((done) => server.listen(port, '127.0.0.1', () => done({ server, url: `http://127.0.0.1:${server.address().port}/portal` })));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await serve(Number(process.argv[2] ?? 5180));
  console.log(`${url}/`);
}
