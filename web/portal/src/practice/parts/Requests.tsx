// SPDX-License-Identifier: Apache-2.0
// What was asked of a vendor that may charge for it: today and the last days, and what the settings
// cost.
import { Text } from '@mantine/core';

import type { VendorRequests } from '../../api/types';
import { useLocale } from '../../app/session';
import { Section } from '../../components/Section';
import { formatNumber } from '../../lib/locale';
import { requestDays, requestsSentence } from '../logic/ways';
import classes from './practice.module.css';
import own from './Ways.module.css';

export function Requests({ requests, way }: { requests: VendorRequests; way: string }) {
  const locale = useLocale();
  const days = requestDays(requests, new Date().toISOString().slice(0, 10));
  const most = Math.max(1, ...days.map((d) => d.count));
  const weekday = new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' });
  return (
    <Section title={`Use of ${way}`} sentence={requestsSentence(requests, locale)}>
      <div className={classes.box}>
        <dl className={own.days}>
          {days.map((d, i) => (
            <div key={d.day}>
              <dt>{i === days.length - 1 ? 'Today' : weekday.format(new Date(`${d.day}T00:00:00Z`))}</dt>
              <dd>
                <span className={own.day} aria-hidden="true"><span style={{ height: `${Math.round((d.count / most) * 100)}%` }} data-today={i === days.length - 1 || undefined} /></span>
                <span className="number">{formatNumber(d.count, locale)}</span>
              </dd>
            </div>
          ))}
        </dl>
        {requests.cost_words && <Text size="sm" mt="md">{requests.cost_words}</Text>}
        <Text size="sm" c="dimmed" mt={requests.cost_words ? 4 : 'md'}>Days are counted in UTC.</Text>
      </div>
    </Section>
  );
}
