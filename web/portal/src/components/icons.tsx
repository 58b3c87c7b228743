// SPDX-License-Identifier: Apache-2.0
// Our own icons: 20 × 20, one line weight, always beside words and so hidden from screen readers.
import type { CSSProperties } from 'react';

const paths = {
  overview: 'M3 9.5 10 4l7 5.5V16a1 1 0 0 1-1 1h-4v-5H8v5H4a1 1 0 0 1-1-1z',
  connections: 'M3 16V7m14 9V7M3 11.5a7 7 0 0 1 14 0',
  apps: 'M4 4h5v5H4zm7 0h5v5h-5zM4 11h5v5H4zm7 0h5v5h-5z',
  patients: 'M10 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6M4 17a6 6 0 0 1 12 0',
  activity: 'M3 10h3l2.5-6 3.5 12 2.5-6H17',
  settings: 'M4 6h6m4 0h2M4 14h2m4 0h6M12 4v4M8 12v4',
  organizations: 'M4 17V4h8v13M12 8h4v9M2.5 17h15M7 7.5h2M7 10.5h2M7 13.5h2',
  keys: 'M12.5 11.5a4 4 0 1 0-3.6-2.2L3 15v2h3v-2h2v-2l2.2-1.9a4 4 0 0 0 2.3.4M13.5 6.5h.01',
  webhooks: 'M10 7a3 3 0 1 1 2.6-4.4M10 7l-3.2 6m0 0a2.6 2.6 0 1 0 .4 3H14m-4-9 3.6 6.2m0 0A2.6 2.6 0 1 1 14 16',
  explorer: 'M6 6 2.5 10 6 14m8-8 3.5 4-3.5 4M11.5 4l-3 12',
  sandbox: 'M10 2.5 16.5 6v8L10 17.5 3.5 14V6zM3.5 6l6.5 3.6L16.5 6M10 9.6v7.9',
  logs: 'M5 3h10v14H5zM8 7h4M8 10h4M8 13h2',
  usage: 'M3 17h14M5.5 14V9m4.5 5V4m4.5 10V7',
  quarantine: 'M10 3 3.5 5.5V10c0 4 3 6.3 6.5 7.5 3.5-1.2 6.5-3.5 6.5-7.5V5.5zM10 7v3.5M10 13.5v.01',
  commands: 'M3 10h11m-4-4.5L14.5 10 10 14.5M17 4v12',
  backup: 'M4 5.5C4 4.1 6.7 3 10 3s6 1.1 6 2.5v9c0 1.4-2.7 2.5-6 2.5s-6-1.1-6-2.5zm0 0C4 6.9 6.7 8 10 8s6-1.1 6-2.5M4 10c0 1.4 2.7 2.5 6 2.5s6-1.1 6-2.5',
  people: 'M7.5 9.5a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4M2.5 16a5 5 0 0 1 10 0M13 4.5a2.6 2.6 0 0 1 0 4.8M15 11.6a5 5 0 0 1 2.5 4.4',
  audit: 'M6 3h8v3H6zM6 4.5H4V17h12V4.5h-2M7.5 11.5l2 2 3.5-4',
  bell: 'M5 14V9a5 5 0 0 1 10 0v5l1 1H4zM8.5 17h3',
  search: 'M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11M13 13l4 4',
  menu: 'M3 5.5h14M3 10h14M3 14.5h14',
  close: 'm5 5 10 10M15 5 5 15',
  chevron: 'm8 5 5 5-5 5',
  updown: 'm7 8 3-3 3 3M7 12l3 3 3-3',
  plus: 'M10 4v12M4 10h12',
  copy: 'M7 7h9v9H7zM13 7V4H4v9h3',
  check: 'm4.5 10.5 4 4 7-8.5',
  download: 'M10 3v10m-4-4 4 4 4-4M4 16.5h12',
  print: 'M6 8V3h8v5M6 14H3.5V8h13v6H14M6 12h8v5H6z',
  external: 'M11 4h5v5M16 4l-7 7M8 5H4v11h11v-4',
  up: 'm5.5 12 4.5-4.5L14.5 12',
  down: 'm5.5 8 4.5 4.5L14.5 8',
  signout: 'M12 6V3.5H4v13h8V14M8 10h9m-3-3 3 3-3 3',
  sun: 'M10 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6M10 2.5v1.5m0 12v1.5M2.5 10H4m12 0h1.5M4.7 4.7l1 1m8.6 8.6 1 1m0-10.6-1 1m-8.6 8.6-1 1',
  moon: 'M16 12.2A6.5 6.5 0 0 1 7.8 4 6.5 6.5 0 1 0 16 12.2',
  play: 'M6 4.5v11l9-5.5z',
  pause: 'M7 4.5v11m6-11v11',
  refresh: 'M15.5 8A6 6 0 0 0 4.6 7.5M4.5 12a6 6 0 0 0 10.9.5M4.5 4v3.5H8M15.5 16v-3.5H12',
  account: 'M10 10.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6M4.5 16.5a6 6 0 0 1 11 0M10 18.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 18, style }: { name: IconName; size?: number; style?: CSSProperties }) {
  return (
    <svg
      viewBox="0 0 20 20" width={size} height={size} aria-hidden="true" focusable="false" fill="none"
      stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round"
      style={{ flex: 'none', ...style }}
    >
      <path d={paths[name]} />
    </svg>
  );
}

/** Two piers and an arch. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg
      viewBox="0 0 24 24" width={size} height={size} aria-hidden="true" focusable="false" fill="none"
      stroke="var(--pons-accent)" strokeWidth="2.5" strokeLinecap="round" style={{ flex: 'none' }}
    >
      <path d="M3 20V8m18 12V8M3 14a9 9 0 0 1 18 0" />
    </svg>
  );
}
