// SPDX-License-Identifier: Apache-2.0
// Every address of the portal. Each area is a module of its own, loaded when somebody goes there, and
// names the addresses below its own: src/practice, src/developer, src/operator.
import { lazy, type ReactNode, Suspense } from 'react';
import { createBrowserRouter, Navigate, Outlet } from 'react-router-dom';

import { ErrorBoundary } from '../components/ErrorBoundary';
import { PageLoading } from '../components/PageStates';
import { Home, NotFound } from './Home';
import { Layout } from './Layout';
import { SessionGate } from './session';

const Practice = lazy(() => import('../practice'));
const Developer = lazy(() => import('../developer'));
const Operator = lazy(() => import('../operator'));
const Tour = lazy(() => import('../tour/Tour'));
const Account = lazy(() => import('../auth/Account'));
const SignIn = lazy(() => import('../auth/SignIn'));
const Forgot = lazy(() => import('../auth/Forgot'));
const Reset = lazy(() => import('../auth/Reset'));
const AcceptInvitation = lazy(() => import('../auth/AcceptInvitation'));
const FirstStart = lazy(() => import('../auth/FirstStart'));
const Enrol = lazy(() => import('../auth/Enrol'));

const page = (element: ReactNode) => (
  <ErrorBoundary>
    <Suspense fallback={<PageLoading />}>{element}</Suspense>
  </ErrorBoundary>
);

export const router = createBrowserRouter(
  [
    {
      element: <Outlet />,
      errorElement: <ErrorBoundary.Page />,
      children: [
        { path: '/sign-in', element: page(<SignIn />) },
        { path: '/forgot', element: page(<Forgot />) },
        { path: '/reset/:token?', element: page(<Reset />) },
        { path: '/invitation/:token?', element: page(<AcceptInvitation />) },
        { path: '/first-start/:token?', element: page(<FirstStart />) },
        { path: '/enrol', element: page(<SessionGate><Enrol /></SessionGate>) },
        { path: '/tour', element: page(<SessionGate><Tour /></SessionGate>) },
        {
          element: <SessionGate><Layout /></SessionGate>,
          children: [
            { path: '/', element: <Home /> },
            { path: '/o/:org/*', element: page(<Practice />) },
            { path: '/developer/*', element: page(<Developer />) },
            { path: '/operator/*', element: page(<Operator />) },
            { path: '/account/*', element: page(<Account />) },
            { path: '/organizations', element: <Navigate to="/" replace /> },
            { path: '*', element: <NotFound /> },
          ],
        },
      ],
    },
  ],
  {
    basename: '/portal',
    future: { v7_relativeSplatPath: true, v7_fetcherPersist: true, v7_normalizeFormMethod: true, v7_partialHydration: true, v7_skipActionErrorRevalidation: true },
  },
);
