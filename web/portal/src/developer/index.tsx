// SPDX-License-Identifier: Apache-2.0
// What a developer sees, below /developer.
import { Route, Routes } from 'react-router-dom';

import { NotFound } from '../app/Home';
import { PageHeader } from '../components/PageHeader';

export default function Developer() {
  return (
    <Routes>
      <Route index element={<PageHeader title="Overview" />} />
      <Route path="*" element={<NotFound />} />
    </Routes>
  );
}
