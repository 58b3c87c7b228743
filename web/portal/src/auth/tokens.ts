// SPDX-License-Identifier: Apache-2.0
// A link's token is in the address's fragment, which browsers do not send to servers. Where a person
// goes after signing in comes from the address too, and may only be an address of the portal.
import { useParams } from 'react-router-dom';

export function useLinkToken(): string {
  const { token } = useParams();
  return token ?? window.location.hash.slice(1);
}

/** `next` if it is a path within the portal; else its first page. */
export function safeNext(next: string | null): string {
  if (!next || !next.startsWith('/') || next.startsWith('//') || /[\\\n\r\t]/.test(next)) return '/';
  return /^\/(sign-in|forgot|reset|invitation|first-start|enrol)\b/.test(next) ? '/' : next;
}
