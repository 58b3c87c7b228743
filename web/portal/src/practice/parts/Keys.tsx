// SPDX-License-Identifier: Apache-2.0
// Keys of a connection, for what runs at the practice: an agent on its server, an extension in a
// browser. Each is shown once, and can be refused at any time.
import { Button, Group, Modal, Radio, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';

import { api, asApiError } from '../../api/client';
import { keys } from '../../api/keys';
import { asPage } from '../../api/queries';
import type { AccessKey, AccessKeyMade, Connection, Page } from '../../api/types';
import { announce } from '../../app/live';
import { ConfirmDialog } from '../../components/ConfirmDialog';
import { CopyOnce } from '../../components/CopyOnce';
import { EmptyState } from '../../components/EmptyState';
import { FormError, FormField } from '../../components/FormField';
import { ErrorNote } from '../../components/PageStates';
import { Section } from '../../components/Section';
import { TimeAgo } from '../../components/TimeAgo';
import classes from './practice.module.css';
import { Rows } from './Rows';

const KINDS = {
  agent: { label: 'An agent', text: 'A program on the practice’s server, which opens the way to its system.', word: 'Agent' },
  extension: { label: 'A browser extension', text: 'On a workstation. It may only say that somebody should look now; it reads nothing.', word: 'Browser extension' },
} as const;

export function Keys({ connection }: { connection: Connection }) {
  const client = useQueryClient();
  const where = [...keys.connection(connection.id), 'keys'];
  const query = useQuery({
    queryKey: where,
    queryFn: async ({ signal }) => asPage(await api.get<Page<AccessKey>>(`/connections/${connection.id}/keys`, undefined, signal)).items,
    retry: false,
  });
  const [making, setMaking] = useState(false);
  const [ending, setEnding] = useState<AccessKey | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: where });
  // A server without keys of this kind has nothing to show here.
  if (query.error && asApiError(query.error).status === 404) return null;
  const items = query.data ?? [];
  return (
    <Section
      title="Keys for this connection" sentence="For programs of the practice’s own computers. Apps have keys of their own."
      action={items.length > 0 && <Button variant="default" size="xs" onClick={() => setMaking(true)}>Make a key</Button>}
    >
      {query.error && <ErrorNote error={asApiError(query.error)} onRetry={() => void query.refetch()} title="The keys could not be loaded" />}
      {query.data && items.length === 0 && (
        <EmptyState title="No key" action={<Button variant="default" onClick={() => setMaking(true)}>Make a key</Button>}>
          Only an agent on the practice’s server, or an extension in a browser, needs one.
        </EmptyState>
      )}
      {items.length > 0 && (
        <Rows label="Keys">
          {items.map((k) => (
            <li key={k.n} className={classes.row}>
              <span><span className={classes.name}>{k.name}</span><br /><span className={classes.quiet}>{KINDS[k.kind].word}</span></span>
              <span className={classes.quiet}>Made <TimeAgo at={k.created_at} />{k.made_by ? ` by ${k.made_by}` : ''}. Last used <TimeAgo at={k.last_used_at} never="never" />.</span>
              <span className={classes.end}><Button variant="default" size="xs" onClick={() => setEnding(k)} aria-label={`End the key ${k.name}`}>End</Button></span>
            </li>
          ))}
        </Rows>
      )}
      {making && <MakeKey connection={connection} onClose={() => setMaking(false)} onMade={refresh} />}
      <ConfirmDialog
        opened={ending !== null} onClose={() => setEnding(null)} title={`End the key ${ending?.name ?? ''}?`} confirm="End this key" cancel="Keep"
        gone={[ending?.kind === 'agent' ? 'The agent that holds it is let in no more; what goes through it stops.' : 'The browser that holds it nudges no more; changes are then seen at the usual pace.']}
        onConfirm={async () => {
          await api.delete(`/connections/${connection.id}/keys/${ending?.n ?? ''}`);
          announce('The key was ended.');
          await refresh();
        }}
      />
    </Section>
  );
}

function MakeKey({ connection, onClose, onMade }: { connection: Connection; onClose: () => void; onMade: () => Promise<unknown> }) {
  const [kind, setKind] = useState<AccessKey['kind']>('agent');
  const [name, setName] = useState('');
  const make = useMutation({
    mutationFn: () => api.post<AccessKeyMade>(`/connections/${connection.id}/keys`, { kind, name: name.trim() }),
    onSuccess: async () => {
      announce('The key is shown once.');
      await onMade();
    },
  });
  const error = make.error ? asApiError(make.error) : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  const made = make.data;
  return (
    <Modal
      opened onClose={onClose} title={<Text component="span" fw={600}>{made ? 'Keep the new key' : 'Make a key'}</Text>}
      closeOnClickOutside={!made} closeOnEscape={!made} withCloseButton={!made}
    >
      {made ? (
        <Stack gap="md">
          <CopyOnce label={`Key for ${made.name}`} value={made.key}>This is shown once. Give it to the program now; if it is lost, end it and make a new one.</CopyOnce>
          <Group justify="flex-end"><Button onClick={onClose}>I have kept the key</Button></Group>
        </Stack>
      ) : (
        <form onSubmit={submit} noValidate>
          <Stack gap="md">
            <FormError error={error} fields={['name', 'kind']} title="No key was made" />
            <Radio.Group label="What holds it" value={kind} onChange={(v) => setKind(v as AccessKey['kind'])} error={error?.field === 'kind' ? error.message : undefined}>
              <Stack gap="sm" mt="xs">
                {Object.entries(KINDS).map(([value, k]) => <Radio key={value} value={value} label={k.label} description={k.text} />)}
              </Stack>
            </Radio.Group>
            <FormField name="name" label="Name" description="The computer or browser that will hold it, for example Front desk." value={name} onText={setName} error={error} maxLength={100} data-autofocus />
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={onClose}>Cancel</Button>
              <Button type="submit" loading={make.isPending} disabled={name.trim() === ''}>Make the key</Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
