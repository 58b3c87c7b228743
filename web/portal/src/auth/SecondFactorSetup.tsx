// SPDX-License-Identifier: Apache-2.0
// Sets up an authenticator app: scan or type, confirm with a code, keep the recovery codes.
import { Button, Checkbox, Code, SimpleGrid, Stack, Text } from '@mantine/core';
import { useState } from 'react';

import { api } from '../api/client';
import type { RecoveryCodes, SecondFactorSetup as Setup } from '../api/types';
import { CopyOnce } from '../components/CopyOnce';
import { FormError, FormField } from '../components/FormField';
import { Icon } from '../components/icons';
import { ErrorNote } from '../components/PageStates';
import classes from './SecondFactorSetup.module.css';
import { useAction } from './useAction';

/** In groups of four, as people read them aloud. */
export function grouped(secret: string): string {
  return secret.replace(/\s/g, '').replace(/(.{4})(?=.)/g, '$1 ');
}

export function SecondFactorSetup({ email, onDone }: { email: string; onDone: () => Promise<unknown> | void }) {
  const [setup, setSetup] = useState<Setup | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const start = useAction(async () => setSetup(await api.post<Setup>('/account/second_factor')));
  if (codes) return <KeepCodes codes={codes} email={email} onDone={onDone} />;
  if (setup) return <Confirm setup={setup} onCodes={setCodes} />;
  return (
    <Stack gap="md">
      <Text>You need an authenticator app on your phone, such as Google Authenticator, Microsoft Authenticator, 1Password or Aegis.</Text>
      {start.error && <ErrorNote error={start.error} />}
      <Button onClick={() => void start.run()} loading={start.busy} fullWidth>Set up the authenticator app</Button>
    </Stack>
  );
}

function Confirm({ setup, onCodes }: { setup: Setup; onCodes: (codes: string[]) => void }) {
  const [code, setCode] = useState('');
  const [byHand, setByHand] = useState(false);
  const { busy, error, submit } = useAction(async () => {
    const answer = await api.post<RecoveryCodes>('/account/second_factor/confirm', { code: code.replace(/\s/g, '') });
    onCodes(answer.recovery_codes);
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <Text>1. Scan this with the app.</Text>
        <img className={classes.qr} alt="QR code for your authenticator app" src={`data:image/svg+xml,${encodeURIComponent(setup.qr_svg)}`} />
        {byHand ? (
          <CopyOnce label="Key to type into the app" value={grouped(setup.secret)} plain />
        ) : (
          <Button variant="subtle" onClick={() => setByHand(true)}>I cannot scan it: show the key</Button>
        )}
        <Text>2. Enter the six digits that the app shows now.</Text>
        <FormError error={error} fields={['code']} title="The code was not accepted" />
        <FormField name="code" label="Six-digit code" inputMode="numeric" autoComplete="one-time-code" maxLength={7} value={code} onText={setCode} error={error} />
        <Button type="submit" fullWidth loading={busy} disabled={code.replace(/\s/g, '').length < 6}>Confirm the code</Button>
      </Stack>
    </form>
  );
}

export function KeepCodes({ codes, email, onDone }: { codes: string[]; email: string; onDone: () => Promise<unknown> | void }) {
  const [kept, setKept] = useState(false);
  const done = useAction(async () => onDone());
  const text = [`Recovery codes for Pons, ${email}`, 'Each works once, in place of the code of the authenticator app.', '', ...codes, ''].join('\r\n');
  const download = () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
    link.download = 'pons-recovery-codes.txt';
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <Stack gap="md">
      <Text><b>Keep these recovery codes.</b> Each lets you sign in once without your phone. They are not shown again.</Text>
      <SimpleGrid cols={2} className={classes.codes} spacing="xs" role="list" aria-label="Recovery codes">
        {codes.map((code) => <Code key={code} role="listitem" className={classes.code}>{code}</Code>)}
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" className="no-print">
        <Button variant="default" onClick={download} leftSection={<Icon name="download" size={16} />}>Download codes</Button>
        <Button variant="default" onClick={() => window.print()} leftSection={<Icon name="print" size={16} />}>Print codes</Button>
      </SimpleGrid>
      <Checkbox className="no-print" label="I have kept the codes where I find them without my phone" checked={kept} onChange={(e) => setKept(e.currentTarget.checked)} />
      {done.error && <ErrorNote error={done.error} />}
      <Button className="no-print" fullWidth disabled={!kept} loading={done.busy} onClick={() => void done.run()}>Go on</Button>
    </Stack>
  );
}
