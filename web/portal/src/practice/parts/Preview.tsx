// SPDX-License-Identifier: Apache-2.0
// What these rules would have done with last week's visits. It follows the form, a moment after the
// last change, and keeps the former answer in view until the next is there.
import { Anchor, Skeleton, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';

import { useId, useState } from 'react';

import { api, asApiError } from '../../api/client';
import type { GrantPreview } from '../../api/types';
import { formatNumber } from '../../lib/locale';
import { useLocale } from '../../app/session';
import { previewSentence, reasonWords } from '../logic/filters';
import classes from './practice.module.css';

export function Preview({ path, body, ready }: { path: string; body: unknown; ready: boolean }) {
  const locale = useLocale();
  const [open, setOpen] = useState(false);
  const why = useId();
  const [asked] = useDebouncedValue(body, 350);
  const query = useQuery({
    queryKey: [path, asked],
    queryFn: () => api.post<GrantPreview>(path, asked),
    placeholderData: keepPreviousData,
    enabled: ready,
    staleTime: 60_000,
    retry: 1,
  });
  const preview = query.data;
  const share = preview && preview.visits > 0 ? preview.shared / preview.visits : 0;
  return (
    <div className={`${classes.box} ${classes.follows}`} data-open={open}>
      <Text c="dimmed" size="sm">Preview with these filters</Text>
      {!ready && <Text mt={4}>Choose at least one of each kind, and you see here what would have been shared last week.</Text>}
      {ready && query.isPending && <Skeleton height={44} mt={8} />}
      {ready && query.error && !preview && (
        <Text mt={4}>The preview could not be made: {asApiError(query.error).message} You can save all the same.</Text>
      )}
      {ready && preview && (
        <>
          <Text mt={4} fw={600} size="md" aria-live="polite" aria-busy={query.isFetching}>{previewSentence(preview)}</Text>
          {preview.visits > 0 && (
            <span className={classes.bar} style={{ marginTop: 12 }} aria-hidden="true">
              <span style={{ width: `${Math.round(share * 100)}%` }} />
            </span>
          )}
          {preview.reasons.length > 0 && (
            <Anchor component="button" type="button" size="sm" mt={6} className={classes.whyButton} aria-expanded={open} aria-controls={why} onClick={() => setOpen(!open)}>
              {open ? 'Less' : 'Why the others were not'}
            </Anchor>
          )}
          {preview.reasons.length > 0 && (
            <div className={classes.why} id={why}>
              <Text mt="md" size="sm" c="dimmed">Why the others were not</Text>
              <ul className={classes.reasons} style={{ marginTop: 4 }}>
                {preview.reasons.map((r) => (
                  <li key={r.reason}>
                    <span>{reasonWords(r.reason)}</span>
                    <span className="number">{formatNumber(r.count, locale)}</span>
                  </li>
                ))}
              </ul>
            </div>
          )}
          <Text mt="md" size="sm" c="dimmed" className={classes.why}>Nothing is shared by looking at this.</Text>
        </>
      )}
    </div>
  );
}
