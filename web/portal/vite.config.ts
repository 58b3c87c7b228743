// SPDX-License-Identifier: Apache-2.0
// How the portal is built: everything below /portal/, split by area, no inline script, no asset from
// elsewhere. `--mode mock` answers /portal/api from tools/mock.mjs; otherwise a running `pons serve`
// is asked (PONS_URL, http://127.0.0.1:8080 by default).
import react from '@vitejs/plugin-react';
import { defineConfig, type PluginOption } from 'vite';

function mock(): PluginOption {
  return {
    name: 'pons-mock',
    async configureServer(server) {
      const path = './tools/mock.mjs';
      const { createMock } = (await import(path)) as {
        createMock: () => Parameters<typeof server.middlewares.use>[0];
      };
      server.middlewares.use(createMock());
    },
  };
}

export default defineConfig(({ mode }) => ({
  base: '/portal/',
  plugins: [react(), ...(mode === 'mock' ? [mock()] : [])],
  build: {
    target: 'es2022',
    sourcemap: false,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    chunkSizeWarningLimit: 900,
  },
  server:
    mode === 'mock'
      ? { port: 5180 }
      : { port: 5180, proxy: { '/portal/api': process.env.PONS_URL ?? 'http://127.0.0.1:8080' } },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
}));
