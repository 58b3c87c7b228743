// SPDX-License-Identifier: Apache-2.0
// A pairing code: however it is typed or pasted, it becomes what the vendor's window shows.
import { FormField } from '../../components/FormField';
import { tidyCode } from '../logic/ways';
import classes from './Ways.module.css';

export function OnceField({ name, label, description, value, error, disabled, onText }: {
  name: string; label: string; description?: string; value: string; error: string | null; disabled?: boolean; onText: (code: string) => void;
}) {
  return (
    <FormField
      name={name} label={label} description={description} withAsterisk={false} disabled={disabled} size="md" maw={320}
      classNames={{ input: classes.code ?? '' }} error={error} value={value} onText={(v) => onText(tidyCode(v))}
      autoComplete="off" autoCapitalize="characters" autoCorrect="off" spellCheck={false}
    />
  );
}
