import { useSignal } from '@preact/signals';
import { useCallback, useEffect, useMemo, useRef } from 'preact/hooks';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import type { EventAnswer } from '../../state/api-types.ts';
import { useLiveAnswer } from '../../state/live.ts';
import { may } from '../../state/session.ts';
import type { EventFilters, ListPlace } from '../../text/event-filters.ts';
import { ChangeDialog } from './change-dialog.tsx';
import { EventTable, LoadingTable } from './event-table.tsx';
import { findPage } from './find-page.ts';
import { ListHead, Pager } from './list-head.tsx';
import { NothingFound, RemoveFilters } from './nothing-found.tsx';
import { returnFocus } from './opened-row.ts';
import { useRowKeys } from './row-keys.ts';
import { SelectionBar } from './selection-bar.tsx';
import { type ShownEvents, shownFrom, withLatest } from './shown-events.ts';
import { useEventChanges } from './use-event-changes.ts';

const ASK_EVERY_S = 5;

type Props = { readonly filters: EventFilters; readonly place: ListPlace };

/** A page of the list. It is made anew for other filters and for another page. */
export function EventList({ filters, place }: Props) {
  const load = useMemo(() => (signal: AbortSignal) => findPage(filters, place, signal), []);
  const latest = useLiveAnswer(load, ASK_EVERY_S);
  const shown = useSignal<ShownEvents | undefined>(undefined);

  useEffect(() => {
    if (latest.value === undefined) return;
    shown.value = shown.value === undefined ? shownFrom(latest.value) : withLatest(shown.value, latest.value);
  }, [latest.value]);

  const { problem, asOf, refresh } = latest;
  const list = shown.value;
  return (
    <>
      {problem && <ProblemNotice problem={problem} asOf={asOf} retry={refresh} />}
      {problem?.kind === 'invalid' && filters.status !== undefined && <RemoveFilters filters={filters} />}
      {list === undefined && problem === undefined && <LoadingTable />}
      {list?.rows.length === 0 && <NothingFound filters={filters} place={place} page={list.page} />}
      {list !== undefined && list.rows.length > 0 && (
        <Rows filters={filters} place={place} list={list} shown={shown} refresh={refresh} asOf={asOf} />
      )}
    </>
  );
}

type RowsProps = Props & {
  readonly list: ShownEvents;
  readonly shown: ReturnType<typeof useSignal<ShownEvents | undefined>>;
  readonly refresh: () => void;
  readonly asOf: number | undefined;
};

function Rows({ filters, place, list, shown, refresh, asOf }: RowsProps) {
  const selected = useSignal<ReadonlySet<string>>(new Set());
  const changes = useEventChanges(shown, refresh);
  const table = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (place.cursor !== undefined) scrollTo(0, 0);
    returnFocus(table.current);
  }, []);

  const withRow = useCallback((key: string, act: (event: EventAnswer) => unknown) => {
    const event = shown.peek()?.rows.find((row) => row.key === key);
    if (event !== undefined && may('manage')) act(event);
  }, []);
  const select = useCallback((key: string) => (selected.value = toggled(selected.peek(), key)), []);
  const retry = useCallback((key: string) => withRow(key, changes.retry), []);
  const cancel = useCallback((key: string) => withRow(key, changes.cancel), []);
  useRowKeys({ select, retry, cancel });

  function showNewest(): void {
    shown.value = shownFrom(list.latest);
    selected.value = new Set();
    table.current?.focus();
  }

  return (
    <>
      <ListHead filters={filters} place={place} list={list} asOf={asOf} showNewest={showNewest} />
      <div ref={table} class="list" tabIndex={-1}>
        <EventTable
          filters={filters}
          list={list}
          asOf={asOf ?? 0}
          selected={selected}
          actions={{ select, retry, cancel }}
        />
      </div>
      <Pager filters={filters} place={place} page={list.page} />
      <SelectionBar list={list} selected={selected} changes={changes} />
      <ChangeDialog changes={changes} selected={selected} />
    </>
  );
}

function toggled(keys: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const others = new Set(keys);
  if (!others.delete(key)) others.add(key);
  return others;
}
