// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';

import { placesFault } from './places';

it('a place has a name and an id of its own', () => {
  expect(placesFault([])).toBeNull();
  expect(placesFault([{ id: 'a', name: 'Harbour' }, { id: 'b', name: 'Hill' }])).toBeNull();
  expect(placesFault([{ id: '', name: 'Harbour' }])).toMatch(/name and an id/);
  expect(placesFault([{ id: 'a', name: 'Harbour' }, { id: 'a', name: 'Hill' }])).toMatch(/the id a/);
});
