// SPDX-License-Identifier: Apache-2.0
// State that survives: in the address (search, filters) so that a page can be shared and Back works,
// or in the tab's storage (a form that was reloaded).
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { useSearchParams } from 'react-router-dom';

/** One member of the address's query; '' removes it. */
export function useParam(name: string, fallback = ''): [string, (value: string) => void] {
  const [params, setParams] = useSearchParams();
  const set = useCallback(
    (value: string) =>
      setParams(
        (before) => {
          const next = new URLSearchParams(before);
          if (value === '' || value === fallback) next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: true, preventScrollReset: true },
      ),
    [name, fallback, setParams],
  );
  return [params.get(name) ?? fallback, set];
}

/** A search box: what is typed at once, and what to ask the server once typing pauses. */
export function useSearchText(name = 'q', waitMs = 200): { text: string; setText: (text: string) => void; asked: string } {
  const [asked, setAsked] = useParam(name);
  const [text, setText] = useState(asked);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined as never);
  useEffect(() => () => clearTimeout(timer.current), []);
  const change = useCallback(
    (next: string) => {
      setText(next);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => setAsked(next.trim()), waitMs);
    },
    [setAsked, waitMs],
  );
  return { text, setText: change, asked };
}

/** A form's draft in the tab's storage. Never for secrets. */
export function useDraft<T extends object>(key: string, initial: T): [T, (change: Partial<T>) => void, () => void] {
  const name = `pons.draft.${key}`;
  const [draft, setDraft] = useState<T>(() => {
    try {
      return { ...initial, ...(JSON.parse(sessionStorage.getItem(name) ?? '{}') as Partial<T>) };
    } catch {
      return initial;
    }
  });
  const change = useCallback(
    (part: Partial<T>) =>
      setDraft((before) => {
        const next = { ...before, ...part };
        sessionStorage.setItem(name, JSON.stringify(next));
        return next;
      }),
    [name],
  );
  const forget = useCallback(() => sessionStorage.removeItem(name), [name]);
  return [draft, change, forget];
}

/** The form's ref, and what puts the focus on its first wrong field once that is drawn. */
export function useFocusInvalid(): [RefObject<HTMLFormElement>, () => void] {
  const form = useRef<HTMLFormElement>(null);
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    if (asked > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [asked]);
  return [form, useCallback(() => setAsked((n) => n + 1), [])];
}
