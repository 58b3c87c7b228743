// SPDX-License-Identifier: Apache-2.0
// What a practice sees, below /o/:org.
import { Route, Routes } from 'react-router-dom';

import { NotFound } from '../app/Home';
import { PageHeader } from '../components/PageHeader';

export default function Practice() {
  return (
    <Routes>
      <Route index element={<PageHeader title="Overview" />} />
      <Route path="*" element={<NotFound />} />
    </Routes>
  );
}
