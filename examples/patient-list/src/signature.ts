// SPDX-License-Identifier: Apache-2.0
// Checks that a webhook came from Pons, after Standard Webhooks: HMAC-SHA256 over
// "id.timestamp.body" with the secret that Pons gave when the webhook was registered.
// The npm package `standardwebhooks` does the same.

import { createHmac, timingSafeEqual } from 'node:crypto';

const TOLERANCE_SECONDS = 300;

type Headers = Record<string, string | string[] | undefined>;

// `body` must be the bytes as they came: JSON that was parsed and written again may differ.
export function isGenuine(secret: string, headers: Headers, body: Buffer, now = Date.now()): boolean {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signatures = headers['webhook-signature'];
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') {
    return false;
  }
  // An old message, even a genuine one, may be somebody's recording.
  const age = now / 1000 - Number(timestamp);
  if (!(Math.abs(age) <= TOLERANCE_SECONDS)) return false;

  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  // Several signatures are sent while a secret is being changed; one that fits is enough.
  return signatures.split(' ').some((signature) => {
    const [version, text] = signature.split(',', 2);
    const given = Buffer.from(text ?? '', 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
}
