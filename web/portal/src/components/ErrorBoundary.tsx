// SPDX-License-Identifier: Apache-2.0
// Catches what a page throws, so that one broken page is not a white screen. After an update of the
// server a part of the page may be gone; that is mended by loading it again once.
import { Button, Stack, Text, Title } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { useRouteError } from 'react-router-dom';

const RELOADED = 'pons.reloaded';

function partIsGone(error: unknown): boolean {
  return error instanceof Error && /dynamically imported module|Importing a module script failed|ChunkLoadError/.test(error.message);
}

function reloadOnce(): boolean {
  const last = Number(sessionStorage.getItem(RELOADED) ?? 0);
  if (Date.now() - last < 30_000) return false;
  sessionStorage.setItem(RELOADED, String(Date.now()));
  location.reload();
  return true;
}

function Broken({ error }: { error: unknown }) {
  return (
    <Stack gap="sm" p="lg" role="alert" maw={640}>
      <Title order={1}>This page broke</Title>
      <Text>Nothing was lost on the server. Load the page again; if it breaks again, tell your operator the words below.</Text>
      <div>
        <Button onClick={() => location.reload()}>Load the page again</Button>
      </div>
      <Text size="xs" c="dimmed">{error instanceof Error ? error.message : String(error)}</Text>
    </Stack>
  );
}

function RouteBroken() {
  return <Broken error={useRouteError()} />;
}

export class ErrorBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  static Page = RouteBroken;
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }
  override componentDidCatch(error: unknown) {
    if (partIsGone(error)) reloadOnce();
  }
  override render() {
    return this.state.error === null ? this.props.children : <Broken error={this.state.error} />;
  }
}
