// SPDX-License-Identifier: Apache-2.0
// A list in its four states: loading (rows in the shape of the real ones), empty, error, full. Any
// number of rows: only those near the window are in the page, and more are fetched when the end
// comes near. On a phone each row is a card. Keyboard: / to search, arrows between rows, Enter opens.
import { Skeleton, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type MouseEvent, type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Link, useNavigate } from 'react-router-dom';

import type { List } from '../api/queries';
import { announce } from '../app/live';
import { useLocale } from '../app/session';
import { count } from '../lib/locale';
import classes from './DataTable.module.css';
import { EmptyState } from './EmptyState';
import { Icon } from './icons';
import { ErrorNote, useAfter } from './PageStates';

export interface Column<T> {
  key: string;
  title: string;
  render: (row: T) => ReactNode;
  /** Aligned right, tabular figures. */
  numeric?: boolean;
  /** Holds what has no blanks to break at (an address, a file's name): may break anywhere. */
  long?: boolean;
  /** CSS width; columns without one share what is left. */
  width?: string;
  /** What to sort by. Offered only where all rows are here. */
  sort?: (row: T) => string | number | null | undefined;
  /** On a phone: left out, or without its title. */
  phone?: 'hide' | 'bare';
}

export interface DataTableProps<T> {
  /** What the rows are, for screen readers: "Connections". */
  label: string;
  /** One of them: "connection". Its plural, where an s is not enough. */
  one: string;
  many?: string;
  columns: Column<T>[];
  list: List<T>;
  rowKey: (row: T) => string;
  /** Where a row leads; its first cell becomes the link. */
  to?: (row: T) => string;
  /** Or what opening a row does. */
  onOpen?: (row: T) => void;
  /** The search box; the page asks the server or filters. */
  search?: { text: string; setText: (text: string) => void; placeholder?: string };
  /** Beside the search: selects, dates. */
  filters?: ReactNode;
  /** True where a search or filter is set: an empty list then says "nothing matches". */
  filtered?: boolean;
  /** Shown where there is nothing at all. */
  empty: ReactNode;
  /** Rows of the skeleton. */
  expected?: number;
  /** Says nothing about how many there are. */
  hideCount?: boolean;
}

type Sorting = { key: string; descending: boolean } | null;

function sorted<T>(rows: T[], columns: Column<T>[], sorting: Sorting): T[] {
  const by = columns.find((c) => c.key === sorting?.key)?.sort;
  if (!by || !sorting) return rows;
  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
  const sign = sorting.descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [by(a), by(b)];
    if (x == null || y == null) return x == null ? (y == null ? 0 : 1) : -1;
    return sign * (typeof x === 'number' && typeof y === 'number' ? x - y : collator.compare(String(x), String(y)));
  });
}

export function DataTable<T>(props: DataTableProps<T>) {
  const { label, one, many, columns, list, rowKey, to, onOpen, search, filters, filtered, empty, expected = 6, hideCount } = props;
  const locale = useLocale();
  const navigate = useNavigate();
  const [sorting, setSorting] = useState<Sorting>(null);
  const box = useRef<HTMLInputElement>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const allHere = !list.hasMore;
  const rows = useMemo(() => sorted(list.rows, columns, allHere ? sorting : null), [list.rows, columns, sorting, allHere]);
  const [offset, setOffset] = useState(0);
  const full = !list.loading && rows.length > 0;
  useLayoutEffect(() => {
    const top = body.current?.getBoundingClientRect().top;
    if (top !== undefined) setOffset(top + window.scrollY);
  }, [full]);
  useHotkeys([['/', () => box.current?.focus()]]);

  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => 49,
    overscan: 12,
    scrollMargin: offset,
    getItemKey: (index) => rowKey(rows[index] as T),
  });
  const items = virtual.getVirtualItems();
  const last = items[items.length - 1]?.index ?? 0;
  const { hasMore, loadingMore, loadMore } = list;
  useEffect(() => {
    if (hasMore && !loadingMore && last >= rows.length - 10) loadMore();
  });

  const total = list.total ?? (allHere ? rows.length : undefined);
  const words = total === undefined ? `${count(rows.length, one, locale, many)} and more` : count(total, one, locale, many);
  useEffect(() => {
    if (search && search.text !== '' && !list.loading && !list.stale) announce(words);
  }, [search, words, list.loading, list.stale]);

  const above = items.length > 0 ? (items[0]?.start ?? 0) - offset : 0;
  const below = items.length > 0 ? virtual.getTotalSize() - ((items[items.length - 1]?.end ?? 0) - offset) : 0;

  const onKey = (event: KeyboardEvent<HTMLTableSectionElement>) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !(event.target instanceof HTMLElement) || event.target.dataset.rowLink === undefined) return;
    const row = event.target.closest('tr');
    const next = step === 1 ? row?.nextElementSibling : row?.previousElementSibling;
    const link = next?.querySelector<HTMLElement>('[data-row-link]');
    if (link) {
      event.preventDefault();
      link.focus();
      link.scrollIntoView({ block: 'nearest' });
    }
  };
  const open = (row: T, event: MouseEvent) => {
    // A click on a control within the row, or a selection of text, is not a click on the row.
    if (event.target instanceof Element && event.target.closest('a,button,input,label,[role=menuitem]')) return;
    if (window.getSelection()?.toString()) return;
    if (onOpen) onOpen(row);
    else if (to) navigate(to(row));
  };
  const opens = to !== undefined || onOpen !== undefined;

  const bar = (search || filters || (full && !hideCount)) && (
    <div className={classes.bar}>
      {search && (
        <TextInput
          ref={box} type="search" className={classes.search} value={search.text} aria-label={`Search ${label.toLowerCase()}`}
          placeholder={search.placeholder ?? 'Search'} leftSection={<Icon name="search" size={16} />}
          onChange={(e) => search.setText(e.currentTarget.value)}
          onKeyDown={(e) => {
            if (e.key === 'Escape') search.setText('');
            if (e.key === 'ArrowDown') body.current?.querySelector<HTMLElement>('[data-row-link]')?.focus();
          }}
        />
      )}
      {filters}
      {full && !hideCount && <Text c="dimmed" className={classes.count}>{words}</Text>}
    </div>
  );

  if (list.error && rows.length === 0) {
    return <div>{bar}<ErrorNote error={list.error} onRetry={list.retry} title={`The list of ${many ?? `${one}s`} could not be loaded`} /></div>;
  }
  if (list.loading) return <div>{bar}<TableSkeleton columns={columns} rows={expected} label={label} /></div>;
  if (rows.length === 0) {
    return (
      <div>
        {(filtered || search?.text) ? bar : null}
        {filtered || search?.text ? (
          <EmptyState title={`No ${one} matches`}>Try fewer words, or another filter.</EmptyState>
        ) : empty}
      </div>
    );
  }
  return (
    <div>
      {bar}
      {list.error && <ErrorNote error={list.error} onRetry={list.retry} title="This list may be out of date" />}
      <div className={classes.frame} data-stale={list.stale || undefined}>
        <table className={classes.table} aria-label={label} aria-rowcount={total === undefined ? -1 : total + 1} role="table">
          <colgroup>{columns.map((c) => <col key={c.key} style={c.width ? { width: c.width } : undefined} />)}</colgroup>
          <thead role="rowgroup">
            <tr role="row" aria-rowindex={1}>
              {columns.map((c) => {
                const mine = sorting?.key === c.key ? sorting : null;
                return (
                  <th
                    key={c.key} scope="col" role="columnheader" data-numeric={c.numeric || undefined}
                    aria-sort={mine ? (mine.descending ? 'descending' : 'ascending') : undefined}
                  >
                    {c.sort && allHere ? (
                      <UnstyledButton
                        className={classes.sort}
                        onClick={() => setSorting(mine ? (mine.descending ? null : { key: c.key, descending: true }) : { key: c.key, descending: false })}
                      >
                        {c.title}
                        <span data-on={mine ? true : undefined}><Icon name={mine?.descending ? 'down' : 'up'} size={14} /></span>
                      </UnstyledButton>
                    ) : c.title}
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody ref={body} role="rowgroup" onKeyDown={onKey}>
            {above > 0 && <tr aria-hidden="true" className={classes.space}><td colSpan={columns.length} style={{ height: above }} /></tr>}
            {items.map((item) => {
              const row = rows[item.index] as T;
              return (
                <tr
                  key={item.key} role="row" aria-rowindex={item.index + 2} data-index={item.index} ref={virtual.measureElement}
                  data-opens={opens || undefined} onClick={opens ? (event) => open(row, event) : undefined}
                >
                  {columns.map((c, n) => (
                    <td key={c.key} role="cell" data-numeric={c.numeric || undefined} data-long={c.long || undefined} data-title={c.phone === 'bare' || n === 0 ? undefined : c.title} data-phone={c.phone}>
                      {n === 0 && to ? (
                        <Link to={to(row)} className={classes.link} data-row-link="">{c.render(row)}</Link>
                      ) : n === 0 && onOpen ? (
                        <UnstyledButton className={classes.link} data-row-link="" onClick={() => onOpen(row)}>{c.render(row)}</UnstyledButton>
                      ) : <div>{c.render(row)}</div>}
                    </td>
                  ))}
                </tr>
              );
            })}
            {below > 0 && <tr aria-hidden="true" className={classes.space}><td colSpan={columns.length} style={{ height: below }} /></tr>}
          </tbody>
        </table>
      </div>
      {list.hasMore && <Text c="dimmed" ta="center" mt="sm" role="status">{list.loadingMore ? 'Loading more' : ''}</Text>}
    </div>
  );
}

/** Rows in the shape of the real ones, shown only where the answer takes longer than a blink. */
export function TableSkeleton<T>({ columns, rows, label }: { columns: Column<T>[]; rows: number; label: string }) {
  const visible = useAfter(200);
  return (
    <div className={classes.frame} role="status" aria-label={`Loading ${label.toLowerCase()}`} style={{ visibility: visible ? 'visible' : 'hidden' }}>
      <table className={classes.table} aria-hidden="true">
        <thead><tr>{columns.map((c) => <th key={c.key}>{c.title}</th>)}</tr></thead>
        <tbody>
          {Array.from({ length: rows }, (_, row) => (
            <tr key={row}>
              {columns.map((c, n) => (
                <td key={c.key} data-phone={c.phone}><Skeleton height={12} my={6} width={`${[70, 45, 60, 35, 55][(row + n) % 5]}%`} /></td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
