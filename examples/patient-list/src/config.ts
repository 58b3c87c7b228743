// SPDX-License-Identifier: Apache-2.0
// Settings from the environment. A missing one ends the program with what to do.

export interface Config {
  ponsUrl: string;
  clientId: string;
  clientSecret: string;
  port: number;
  publicUrl: string | undefined; // where Pons reaches this app; unset: http://127.0.0.1:PORT
  framedBy: string | undefined; // origin that may show the page in a frame; unset: none
  stateFile: string; // the webhook's id and secret, and how far we have read
}

export function readConfig(env: NodeJS.ProcessEnv): Config {
  const need = (name: string): string => {
    const value = env[name];
    if (value) return value;
    console.error(`${name} is not set. README.md says where to get it.`);
    process.exit(2);
  };
  const withoutSlash = (url: string) => url.replace(/\/+$/, '');
  return {
    ponsUrl: withoutSlash(need('PONS_URL')),
    clientId: need('CLIENT_ID'),
    clientSecret: need('CLIENT_SECRET'),
    port: Number(env['PORT'] ?? 3000),
    publicUrl: env['PUBLIC_URL'] ? withoutSlash(env['PUBLIC_URL']) : undefined,
    framedBy: env['FRAMED_BY'] ? withoutSlash(env['FRAMED_BY']) : undefined,
    stateFile: env['STATE_FILE'] ?? '.patient-list.json',
  };
}
