// SPDX-License-Identifier: Apache-2.0
// What the tour shows. The demo names it in the fragment of the address it opens, so that no server
// keeps it; it is remembered for this tab. Which addresses may be framed at all is decided by the
// page's policy, not here.

export interface Scene {
  /** The practice's own page, and the app's; undefined where the app does not run. */
  practice: string;
  app?: string;
  /** The page of a second practice, which waits to be paired; undefined where there is none. */
  second?: string;
  /** What the app may see, in words. */
  shared: string;
}

const KEPT = 'pons.tour';

export function sceneOf(fragment: string): Scene | null {
  const given = new URLSearchParams(fragment.replace(/^#/, ''));
  const local = (name: string) => {
    const text = given.get(name) ?? '';
    try {
      const url = new URL(text);
      return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : undefined;
    } catch {
      return undefined;
    }
  };
  const practice = local('practice');
  if (!practice) return null;
  return { practice, app: local('app'), second: local('second'), shared: given.get('shared') ?? '' };
}

/** That of the address, else the one this tab was opened with. */
export function currentScene(): Scene | null {
  const named = sceneOf(location.hash);
  if (named) {
    sessionStorage.setItem(KEPT, location.hash);
    return named;
  }
  return sceneOf(sessionStorage.getItem(KEPT) ?? '');
}
