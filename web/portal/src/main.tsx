// SPDX-License-Identifier: Apache-2.0
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './theme.css';

import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router-dom';

import { ApiError } from './api/client';
import { router } from './app/router';
import { theme, variables } from './theme';

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What was refused stays refused; what did not arrive is asked again.
      retry: (failures, error) => failures < 2 && (!(error instanceof ApiError) || error.offline || error.status >= 500),
    },
  },
});

// The page's policy allows a style element only with this answer's nonce. Two libraries write one:
// Mantine, and the scroll lock of its dialogs.
const nonce = document.querySelector('meta[name=csp-nonce]')?.getAttribute('content') ?? undefined;
if (nonce) setNonce(nonce);

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} getStyleNonce={() => nonce ?? ''} cssVariablesResolver={variables} defaultColorScheme="auto">
        <QueryClientProvider client={client}>
          <Notifications position="bottom-right" limit={3} />
          <RouterProvider router={router} future={{ v7_startTransition: true }} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}
