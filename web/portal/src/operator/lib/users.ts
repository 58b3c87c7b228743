// SPDX-License-Identifier: Apache-2.0
// An account's roles and state in words.
import type { OperatorUser } from '../../api/types';
import type { Tone } from '../../components/StateSentence';

export function rolesOf(user: OperatorUser): string {
  const parts = [user.operator ? 'Operator' : '', user.developer ? 'Developer' : ''].filter(Boolean);
  const all = user.memberships ?? [];
  const first = all[0];
  if (first) parts.push(all.length === 1 ? `${first.role} at ${first.organization.name}` : `${first.role} at ${first.organization.name} and ${all.length - 1} more`);
  const text = parts.join(', ');
  return text === '' ? 'None' : text.charAt(0).toUpperCase() + text.slice(1);
}

export function userState(user: OperatorUser): { tone: Tone; word: string } {
  if (user.disabled) return { tone: 'off', word: 'Switched off' };
  const needs = user.operator || (user.memberships ?? []).some((m) => m.role === 'admin');
  if (needs && !user.second_factor) return { tone: 'attention', word: 'No second factor yet' };
  return { tone: 'ok', word: 'On' };
}
