// SPDX-License-Identifier: Apache-2.0
// A vendor's settings as fields: what must be asked first, the rest folded away. A secret that is
// kept is never shown; it can only be replaced.
import { Anchor, Collapse, Select, Stack } from '@mantine/core';
import { useId, useState } from 'react';

import type { Vendor, VendorSetting } from '../../api/types';
import { FormField, PasswordField } from '../../components/FormField';
import { OnceField } from './OnceField';
import { count } from '../../lib/locale';
import { grouped, settingLabel } from '../logic/wizard';

export interface SettingsFieldsProps {
  vendor: Vendor;
  settings: Record<string, string>;
  secrets: Record<string, string>;
  /** Secrets that the server has already. */
  kept?: readonly string[];
  problems: Record<string, string>;
  onSetting: (key: string, value: string) => void;
  onSecret: (key: string, value: string) => void;
}

export function SettingsFields(props: SettingsFieldsProps) {
  const { asked, more } = grouped(props.vendor);
  const [open, setOpen] = useState(false);
  const region = useId();
  const shown = open || more.some((s) => props.problems[s.key]);
  return (
    <Stack gap="md">
      {asked.map((s) => <Field key={s.key} setting={s} {...props} />)}
      {more.length > 0 && (
        <div>
          <Anchor size="sm" ta="left" component="button" type="button" aria-expanded={shown} aria-controls={region} onClick={() => setOpen(!shown)}>
            {shown ? 'Hide' : 'Show'} {count(more.length, 'more setting')}, which rarely {more.length === 1 ? 'needs' : 'need'} a change
          </Anchor>
          <Collapse in={shown} id={region}>
            <Stack gap="md" mt="md">
              {more.map((s) => <Field key={s.key} setting={s} {...props} />)}
            </Stack>
          </Collapse>
        </div>
      )}
    </Stack>
  );
}

function Field({ setting, settings, secrets, kept = [], problems, onSetting, onSecret }: SettingsFieldsProps & { setting: VendorSetting }) {
  const { key } = setting;
  const common = { label: settingLabel(setting), description: setting.help, withAsterisk: false, maw: 520 };
  const error = problems[key] ?? null;
  if (setting.once) return <OnceField name={key} label={common.label} description={common.description} error={error} value={secrets[key] ?? ''} onText={(v) => onSecret(key, v)} />;
  if (setting.secret) {
    const has = kept.includes(key);
    return (
      <PasswordField
        name={key} {...common} error={error} value={secrets[key] ?? ''} onText={(v) => onSecret(key, v)} autoComplete="new-password"
        placeholder={has ? 'Kept. Type here only to replace it.' : undefined}
      />
    );
  }
  if (setting.choices?.length) {
    return (
      <Select
        name={key} {...common} error={error} data={setting.choices} value={settings[key] || setting.default || null}
        onChange={(v) => onSetting(key, v ?? '')} allowDeselect={false} comboboxProps={{ withinPortal: false }}
      />
    );
  }
  return (
    <FormField
      name={key} {...common} error={error} value={settings[key] ?? ''} onText={(v) => onSetting(key, v)} autoComplete="off"
      spellCheck={false} placeholder={setting.default ? `${setting.default}, if left empty` : undefined}
    />
  );
}
