// SPDX-License-Identifier: Apache-2.0
// What a developer sees, below /developer. Each page is a chunk of its own.
import { lazy, Suspense } from 'react';
import { Route, Routes } from 'react-router-dom';

import { NotFound } from '../app/Home';
import { PageLoading } from '../components/PageStates';

const Overview = lazy(() => import('./pages/Overview'));
const Organizations = lazy(() => import('./pages/Organizations'));
const Connections = lazy(() => import('./pages/Connections'));
const NewConnection = lazy(() => import('./pages/NewConnection'));
const Apps = lazy(() => import('./pages/Apps'));
const OneApp = lazy(() => import('./pages/OneApp'));
const Webhooks = lazy(() => import('./pages/Webhooks'));
const OneWebhook = lazy(() => import('./pages/OneWebhook'));
const OneDelivery = lazy(() => import('./pages/OneDelivery'));
const Explorer = lazy(() => import('./pages/Explorer'));
const Sandboxes = lazy(() => import('./pages/Sandboxes'));
const Usage = lazy(() => import('./pages/Usage'));
const Logs = lazy(() => import('./pages/Logs'));

export default function Developer() {
  return (
    <Suspense fallback={<PageLoading />}>
      <Routes>
        <Route index element={<Overview />} />
        <Route path="organizations" element={<Organizations />} />
        <Route path="connections" element={<Connections />} />
        <Route path="connections/new" element={<NewConnection />} />
        <Route path="keys" element={<Apps />} />
        <Route path="keys/:app" element={<OneApp />} />
        <Route path="webhooks" element={<Webhooks />} />
        <Route path="webhooks/:webhook" element={<OneWebhook />} />
        <Route path="webhooks/:webhook/deliveries/:delivery" element={<OneDelivery />} />
        <Route path="explorer" element={<Explorer />} />
        <Route path="sandbox" element={<Sandboxes />} />
        <Route path="usage" element={<Usage />} />
        <Route path="logs" element={<Logs />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </Suspense>
  );
}
