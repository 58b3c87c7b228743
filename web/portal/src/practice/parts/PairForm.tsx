// SPDX-License-Identifier: Apache-2.0
// Pairing with a practice: where to click, the two things its window shows, and one button. There is
// no test beside it, because trying a code uses it up. Whatever is refused is said beside the field.
import { Button, Group, Stack, Text } from '@mantine/core';
import { type ClipboardEvent, type ReactNode, useState } from 'react';

import { type ApiError, asApiError } from '../../api/client';
import type { Vendor } from '../../api/types';
import { announce } from '../../app/live';
import { FormError, FormField } from '../../components/FormField';
import { StateSentence } from '../../components/StateSentence';
import { useFocusInvalid } from '../../lib/hooks';
import { codeProblem, readPasted } from '../logic/ways';
import { settingLabel } from '../logic/wizard';
import { GuideSteps } from './Guide';
import { OnceField } from './OnceField';
import classes from './practice.module.css';
import { SettingsFields } from './SettingsFields';
import own from './Ways.module.css';

export interface PairFormProps {
  /** As the way sees it. */
  vendor: Vendor;
  way: string;
  settings: Record<string, string>;
  onSetting: (key: string, value: string) => void;
  /** Errors of the fields that the page adds (a name, a time zone), by name. */
  problems: Record<string, string>;
  /** Shown once pairing was tried. */
  extra: (visible: Record<string, string>) => ReactNode;
  /** Sends it; what it throws is shown here. */
  onPair: (secrets: Record<string, string>) => Promise<void>;
  button: string;
  back: ReactNode;
}

/** What is wrong, in the heading; the server's sentence says what to do. */
function titleOf(error: ApiError, vendor: string): string {
  if (error.code === 'unavailable' || error.status === 503 || error.status === 504) return `${vendor} could not be reached`;
  if (error.code === 'misconfigured') return 'This server is not ready for pairing';
  return 'The practice was not paired';
}

export function PairForm({ vendor, way, settings, onSetting, problems, extra, onPair, button, back }: PairFormProps) {
  const [secrets, setSecrets] = useState<Record<string, string>>({});
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const [form, focusFirst] = useFocusInvalid();
  const asked = vendor.settings.filter((s) => s.required);
  // Whatever has a standard is folded away: two fields are enough to begin.
  const rest = vendor.settings.filter((s) => !s.required).map((s) => ({ ...s, advanced: true }));
  const once = asked.find((s) => s.once);
  const site = asked.find((s) => !s.secret);

  const missing: Record<string, string> = { ...problems };
  for (const s of asked) {
    const value = (s.secret ? secrets[s.key] : settings[s.key]) ?? '';
    const wrong = s.once ? codeProblem(value) : value.trim() || s.default ? null : `${settingLabel(s)} is needed.`;
    if (wrong) missing[s.key] = wrong;
  }
  const visible: Record<string, string> = shown ? missing : {};
  if (error?.field) visible[error.field] = error.message;

  const submit = async () => {
    setShown(true);
    setError(null);
    if (Object.keys(missing).length > 0) return focusFirst();
    setBusy(true);
    announce('Pairing with the practice.');
    try {
      await onPair(secrets);
    } catch (thrown) {
      const refused = asApiError(thrown);
      setError(refused);
      // A code that was refused is used up or was never right: the next one is typed into an empty field.
      if (once && refused.field === once.key) {
        setSecrets({ ...secrets, [once.key]: '' });
        setShown(false);
      }
      focusFirst();
    } finally {
      setBusy(false);
    }
    return undefined;
  };
  const pasted = (event: ClipboardEvent) => {
    const found = readPasted(event.clipboardData.getData('text'));
    if (!found.code && !found.site) return;
    event.preventDefault();
    if (found.site && site) onSetting(site.key, found.site);
    if (found.code && once) setSecrets({ ...secrets, [once.key]: found.code });
  };

  return (
    <form ref={form} noValidate onSubmit={(e) => { e.preventDefault(); void submit(); }} className={own.pair}>
      {vendor.guide.steps.length > 0 && (
        <div className={classes.box}>
          <Text fw={600} mb="md">In {vendor.name}</Text>
          <GuideSteps steps={vendor.guide.steps} />
        </div>
      )}
      <div className={own.enter}>
        <Stack gap="md" className={classes.box}>
          <Text fw={600}>Here</Text>
          <FormError error={error} fields={[...asked.map((s) => s.key), 'name', 'time_zone']} title={error ? titleOf(error, vendor.name) : undefined} />
          <div className={own.pairFields} data-way={way} onPaste={pasted}>
            {asked.map((s) => (s.once ? (
              <OnceField
                key={s.key} name={s.key} label={settingLabel(s)} description={s.help} disabled={busy} error={visible[s.key] ?? null}
                value={secrets[s.key] ?? ''} onText={(code) => setSecrets({ ...secrets, [s.key]: code })}
              />
            ) : (
              <FormField
                key={s.key} name={s.key} label={settingLabel(s)} description={s.help} withAsterisk={false} disabled={busy} size="md" maw={320}
                error={visible[s.key] ?? null} value={settings[s.key] ?? ''} onText={(v) => onSetting(s.key, v)}
                autoComplete="off" spellCheck={false}
              />
            )))}
          </div>
          <SettingsFields vendor={{ ...vendor, settings: rest }} settings={settings} secrets={secrets} problems={visible} onSetting={onSetting} onSecret={(key, value) => setSecrets({ ...secrets, [key]: value })} />
          {extra(visible)}
          <Group>
            <Button type="submit" loading={busy}>{button}</Button>
            {back}
          </Group>
          <div aria-live="polite">
            {busy
              ? <StateSentence tone="running">Pairing with the practice, which takes a few seconds</StateSentence>
              : <Text size="sm" c="dimmed">The code is used once and not kept. If pairing fails, make a new one in {vendor.name} and try again.</Text>}
          </div>
        </Stack>
      </div>
    </form>
  );
}
