// SPDX-License-Identifier: Apache-2.0
// "4 seconds ago", with the exact instant and its zone on hover and for screen readers. All on a page
// tick together.
import { Tooltip } from '@mantine/core';
import { useSyncExternalStore } from 'react';

import { useLocale } from '../app/session';
import { formatInstant, relative } from '../lib/locale';

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 5_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && timer) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

function useNow(at: string): number {
  const tick = useSyncExternalStore(subscribe, () => now);
  // What is newer than the last tick happened now, not in the future.
  const instant = new Date(at).getTime();
  return instant > tick && instant <= Date.now() + 2_000 ? instant : tick;
}

export interface TimeAgoProps {
  at: string | null | undefined;
  /** The zone of the location it happened at; the browser's where left out. */
  zone?: string;
  /** Where there is no instant: "Never". */
  never?: string;
  /** No tooltip of its own: the words around it are one already. */
  bare?: boolean;
}

export function TimeAgo({ at, ...rest }: TimeAgoProps) {
  if (!at) return <span>{rest.never ?? 'Never'}</span>;
  return <Known at={at} {...rest} />;
}

function Known({ at, zone, bare }: TimeAgoProps & { at: string }) {
  const locale = useLocale();
  const exact = formatInstant(at, locale, zone);
  const text = <time dateTime={at} title={bare ? exact : undefined} style={{ whiteSpace: 'nowrap' }}>{relative(at, useNow(at), locale)}</time>;
  if (bare) return text;
  return <Tooltip label={exact}>{text}</Tooltip>;
}

/** The exact instant, in its zone, with the zone's name. */
export function ExactTime({ at, zone }: { at: string | null | undefined; zone?: string }) {
  const locale = useLocale();
  return at ? <time dateTime={at}>{formatInstant(at, locale, zone)}</time> : <span>Never</span>;
}
