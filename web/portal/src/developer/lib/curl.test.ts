// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

import { curlForToken, curlOf, quote } from './curl';

/** What the shell makes of it: `curl` prints its arguments, one a line. */
function shell(script: string): string[] {
  const out = execFileSync('sh', ['-c', `TOKEN=abc\ncurl() { printf '%s\\n' "$@"; }\n${script}`], { encoding: 'utf8' });
  return out.replace(/\n$/, '').split('\n');
}

describe('curlOf', () => {
  it('is read back by a shell as it was meant', () => {
    const body = `{"name":"O'Hara & $HOME \`x\` \\"q\\""}`;
    const words = shell(
      curlOf({
        method: 'POST',
        url: 'https://pons.example.org/fhir/R4/Patient?name=a b&x=$y',
        headers: [['Authorization', 'Bearer $TOKEN'], ['Idempotency-Key', `it's "$HOME"`]],
        body,
      }),
    );
    expect(words).toEqual([
      '-X', 'POST', 'https://pons.example.org/fhir/R4/Patient?name=a b&x=$y',
      '-H', 'Authorization: Bearer abc', '-H', `Idempotency-Key: it's "$HOME"`, '--data-raw', body,
    ]);
  });
  it('leaves -X out of a plain read', () => {
    expect(curlOf({ method: 'GET', url: 'http://a/b', headers: [] })).toBe('curl http://a/b');
  });
});

describe('curlForToken', () => {
  it('takes the token out of the answer', () => {
    const script = `curl() { echo '{"token_type":"bearer","access_token":"eyJ.a-b_c","expires_in":300}'; }
${curlForToken('http://127.0.0.1:8080', 'app-1', "se'cret")}
echo "$TOKEN"`;
    expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trim()).toBe('eyJ.a-b_c');
  });
  it('never shows a secret that it does not know', () => {
    expect(curlForToken('http://a', 'app-1')).toContain('read -rsp');
  });
});

it('quotes only where it must', () => {
  expect(quote('abc-1/2?')).toBe("'abc-1/2?'");
  expect(quote('abc-1/2')).toBe('abc-1/2');
});
