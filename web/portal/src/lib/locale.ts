// SPDX-License-Identifier: Apache-2.0
// Words, dates and phones by locale. Text in the code is written in US spelling, as the API is;
// spell() turns it into Australian spelling where the person's locale is en-AU.

export type Locale = 'en-AU' | 'en-US';

export function toLocale(text: string | undefined): Locale {
  const wanted = text ?? (typeof navigator === 'undefined' ? '' : navigator.language);
  return wanted.toLowerCase().startsWith('en-us') ? 'en-US' : 'en-AU';
}

const australian: [RegExp, string][] = [
  [/\b([Oo])rganization(s?)\b/g, '$1rganisation$2'],
  [/\b([Aa])uthoriz(e|ed|es|ation|ing)\b/g, '$1uthoris$2'],
  [/\b([Rr])ecogniz(e|ed|es|ing)\b/g, '$1ecognis$2'],
  [/\b([Ss])ynchroniz(e|ed|es|ing|ation)\b/g, '$1ynchronis$2'],
  [/\b([Cc])anceled\b/g, '$1ancelled'],
  [/\b([Cc])anceling\b/g, '$1ancelling'],
  [/\b([Cc])olor(s?)\b/g, '$1olour$2'],
  [/\b([Cc])enter(s?)\b/g, '$1entre$2'],
  [/\b([Ll])icense(s?)\b/g, '$1icence$2'],
];

export function spell(text: string, locale: Locale): string {
  if (locale !== 'en-AU') return text;
  return australian.reduce((words, [from, to]) => words.replace(from, to), text);
}

/** A date without a time ("1980-02-29"), as the locale writes it: 29 Feb 1980 or Feb 29, 1980. */
export function formatDate(date: string | undefined | null, locale: Locale): string {
  if (!date) return '';
  const parts = /^(\d{4})-(\d{2})-(\d{2})/.exec(date);
  if (!parts) return date;
  const utc = new Date(Date.UTC(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3])));
  return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(utc);
}

/** An instant in a zone, with the zone's name: 22 Nov 2026, 9:41:07 am AEDT. */
export function formatInstant(at: string | undefined | null, locale: Locale, zone?: string): string {
  if (!at) return '';
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  const format = (timeZone: string | undefined) =>
    new Intl.DateTimeFormat(locale, {
      day: 'numeric', month: 'short', year: 'numeric',
      hour: 'numeric', minute: '2-digit', second: '2-digit', timeZoneName: 'short', timeZone,
    }).format(date);
  try {
    return format(zone);
  } catch {
    return format(undefined);
  }
}

export function formatNumber(value: number, locale: Locale): string {
  return new Intl.NumberFormat(locale).format(value);
}

/** "1 patient", "12 patients"; `many` where an s is not enough. */
export function count(value: number, one: string, locale: Locale = 'en-AU', many = `${one}s`): string {
  return `${formatNumber(value, locale)} ${value === 1 ? one : many}`;
}

/** A phone as the country writes it; what is not understood stays as it came. */
export function formatPhone(phone: string, locale: Locale): string {
  const plain = phone.replace(/[^\d+]/g, '');
  const national = plain.startsWith('+61') ? `0${plain.slice(3).replace(/^0/, '')}` : plain;
  if (plain.startsWith('+61') || (locale === 'en-AU' && /^0\d{9}$/.test(national))) {
    if (/^04\d{8}$/.test(national)) return national.replace(/^(\d{4})(\d{3})(\d{3})$/, '$1 $2 $3');
    if (/^0\d{9}$/.test(national)) return national.replace(/^(\d{2})(\d{4})(\d{4})$/, '($1) $2 $3');
  }
  const us = plain.replace(/^\+?1(?=\d{10}$)/, '');
  if ((plain.startsWith('+1') || locale === 'en-US') && /^\d{10}$/.test(us)) {
    return us.replace(/^(\d{3})(\d{3})(\d{4})$/, '($1) $2-$3');
  }
  return phone;
}

export function formatBytes(bytes: number, locale: Locale): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: value < 10 && unit > 0 ? 1 : 0 }).format(value)} ${units[unit]}`;
}

/** "4 seconds ago", "in 2 hours", "just now". */
export function relative(at: string, now: number, locale: Locale): string {
  const seconds = Math.round((new Date(at).getTime() - now) / 1000);
  if (Number.isNaN(seconds)) return at;
  const size = Math.abs(seconds);
  if (size < 2) return 'just now';
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  if (size < 60) return format.format(seconds, 'second');
  if (size < 3600) return format.format(Math.round(seconds / 60), 'minute');
  if (size < 86400) return format.format(Math.round(seconds / 3600), 'hour');
  if (size < 30 * 86400) return format.format(Math.round(seconds / 86400), 'day');
  if (size < 365 * 86400) return format.format(Math.round(seconds / (30 * 86400)), 'month');
  return format.format(Math.round(seconds / (365 * 86400)), 'year');
}
