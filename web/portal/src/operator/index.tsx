// SPDX-License-Identifier: Apache-2.0
// What the operator sees, below /operator.
import { Route, Routes } from 'react-router-dom';

import { NotFound } from '../app/Home';
import { PageHeader } from '../components/PageHeader';

export default function Operator() {
  return (
    <Routes>
      <Route index element={<PageHeader title="Overview" />} />
      <Route path="*" element={<NotFound />} />
    </Routes>
  );
}
