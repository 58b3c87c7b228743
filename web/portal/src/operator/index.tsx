// SPDX-License-Identifier: Apache-2.0
// What the operator sees, below /operator. Each page is a chunk of its own. No patient data is here.
import { lazy, Suspense } from 'react';
import { Route, Routes } from 'react-router-dom';

import { NotFound } from '../app/Home';
import { PageLoading } from '../components/PageStates';

const Overview = lazy(() => import('./pages/Overview'));
const Organizations = lazy(() => import('./pages/Organizations'));
const Commands = lazy(() => import('./pages/Commands'));
const OneCommand = lazy(() => import('./pages/OneCommand'));
const Quarantine = lazy(() => import('./pages/Quarantine'));
const Logs = lazy(() => import('./pages/Logs'));
const Backups = lazy(() => import('./pages/Backups'));
const Users = lazy(() => import('./pages/Users'));
const Audit = lazy(() => import('./pages/Audit'));

export default function Operator() {
  return (
    <Suspense fallback={<PageLoading />}>
      <Routes>
        <Route index element={<Overview />} />
        <Route path="organizations" element={<Organizations />} />
        <Route path="commands" element={<Commands />} />
        <Route path="commands/:command" element={<OneCommand />} />
        <Route path="quarantine" element={<Quarantine />} />
        <Route path="logs" element={<Logs />} />
        <Route path="backups" element={<Backups />} />
        <Route path="users" element={<Users />} />
        <Route path="audit" element={<Audit />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </Suspense>
  );
}
