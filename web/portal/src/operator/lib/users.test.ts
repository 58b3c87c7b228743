// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';

import type { OperatorUser } from '../../api/types';
import { rolesOf, userState } from './users';

const user: OperatorUser = { id: 'u', name: 'A', email: 'a@b', operator: false, developer: false, disabled: false, second_factor: false };
const at = (name: string) => ({ organization: { id: name, name }, role: 'admin' as const });

it('names every role, in short', () => {
  expect(rolesOf(user)).toBe('None');
  expect(rolesOf({ ...user, operator: true, developer: true })).toBe('Operator, Developer');
  expect(rolesOf({ ...user, memberships: [at('Harbour'), at('Hill')] })).toBe('Admin at Harbour and 1 more');
});

it('asks for a second factor only where the role needs one', () => {
  expect(userState(user).word).toBe('On');
  expect(userState({ ...user, operator: true }).tone).toBe('attention');
  expect(userState({ ...user, memberships: [at('Harbour')] }).tone).toBe('attention');
  expect(userState({ ...user, operator: true, second_factor: true }).word).toBe('On');
  expect(userState({ ...user, operator: true, disabled: true }).word).toBe('Switched off');
});
