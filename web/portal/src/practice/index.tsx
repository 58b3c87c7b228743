// SPDX-License-Identifier: Apache-2.0
// What a practice sees, below /o/:org. Each page is loaded when somebody goes there.
import { lazy, Suspense } from 'react';
import { Route, Routes } from 'react-router-dom';

import { NotFound } from '../app/Home';
import { ErrorBoundary } from '../components/ErrorBoundary';
import { PageLoading } from '../components/PageStates';

const Overview = lazy(() => import('./pages/Overview'));
const Connections = lazy(() => import('./pages/Connections'));
const Connect = lazy(() => import('./pages/Connect'));
const ConnectionPage = lazy(() => import('./pages/ConnectionPage'));
const ConnectionWay = lazy(() => import('./pages/ConnectionWay'));
const Apps = lazy(() => import('./pages/Apps'));
const AppNew = lazy(() => import('./pages/AppNew'));
const AppPage = lazy(() => import('./pages/AppPage'));
const Activity = lazy(() => import('./pages/Activity'));
const Patients = lazy(() => import('./pages/Patients'));
const Patient = lazy(() => import('./pages/Patient'));
const Members = lazy(() => import('./pages/Members'));
const PracticeName = lazy(() => import('./pages/PracticeName'));
const Audit = lazy(() => import('./pages/Audit'));

export default function Practice() {
  return (
    <ErrorBoundary>
      <Suspense fallback={<PageLoading />}>
        <Routes>
          <Route index element={<Overview />} />
          <Route path="connections" element={<Connections />} />
          <Route path="connections/new" element={<Connect />} />
          <Route path="connections/:connection" element={<ConnectionPage />} />
          <Route path="connections/:connection/way" element={<ConnectionWay />} />
          <Route path="apps" element={<Apps />} />
          <Route path="apps/new" element={<AppNew />} />
          <Route path="apps/:grant" element={<AppPage key="filters" part="filters" />} />
          <Route path="apps/:grant/allow" element={<AppPage key="allow" part="allow" />} />
          <Route path="activity" element={<Activity />} />
          <Route path="patients" element={<Patients />} />
          <Route path="patients/:patient" element={<Patient />} />
          <Route path="settings" element={<Members />} />
          <Route path="settings/practice" element={<PracticeName />} />
          <Route path="settings/audit" element={<Audit />} />
          <Route path="*" element={<NotFound />} />
        </Routes>
      </Suspense>
    </ErrorBoundary>
  );
}
