import { randomUUID } from 'node:crypto';
import { DAY, HOUR, MINUTE, SECOND } from '../core/durations.ts';
import type { Change } from '../core/event/change.ts';
import type { Period, Statistics, StatisticsRange } from '../core/ports.ts';
import { added, type Counts, counted, noCounts } from '../core/statistics.ts';
import type { Item, Table } from './table.ts';

const FORMAT = 1;
const EXPIRES_AFTER = 3 * DAY;
const PAGE = 1_000;

/** The periods of a range: the length of each in milliseconds, and their number. */
const RANGES: Readonly<Record<StatisticsRange, { readonly length: number; readonly count: number }>> = {
  hour: { length: MINUTE, count: 60 },
  day: { length: HOUR, count: 24 },
};

export type TableStatistics = Statistics & {
  count(change: Change): void;
  /** Returns whether something was counted that no flush has written yet. */
  hasUnwritten(): boolean;
  /** Writes what was counted since the last flush. Counts that are not yet written are lost if the process dies. */
  flush(): Promise<void>;
};

/**
 * Counts changes in memory. Each process has items of its own, and writes them again at each flush until their period
 * is over.
 */
export function tableStatistics(table: Table, now: () => number): TableStatistics {
  const writer = randomUUID();
  /** The counts of this process, by the sort key of their item. */
  const own = new Map<
    string,
    { readonly range: StatisticsRange; readonly startedAt: number; readonly counts: Counts }
  >();
  const unwritten = new Set<string>();
  /**
   * The counts of the current minute that are in no item yet. They are apart because finding the items takes longer
   * than counting.
   */
  let fresh = { minute: 0, counts: noCounts };

  function count(change: Change): void {
    const minute = startOf('hour', now());
    if (minute !== fresh.minute) settle();
    fresh = { minute, counts: counted(fresh.counts, change) };
  }

  function settle(): void {
    const { minute, counts } = fresh;
    fresh = { minute, counts: noCounts };
    if (counts === noCounts) return;
    for (const range of ['hour', 'day'] as const) {
      const startedAt = startOf(range, minute);
      const sk = sortKey(range, startedAt, writer);
      const before = own.get(sk)?.counts ?? noCounts;
      own.set(sk, { range, startedAt, counts: added(before, counts) });
      unwritten.add(sk);
    }
  }

  function hasUnwritten(): boolean {
    return fresh.counts !== noCounts || unwritten.size > 0;
  }

  async function flush(): Promise<void> {
    settle();
    const written = [...unwritten];
    unwritten.clear();
    try {
      await Promise.all(written.map((sk) => table.put(itemOf(sk))));
    } catch (error) {
      for (const sk of written) unwritten.add(sk);
      throw error;
    }
    settle();
    for (const [sk, { range, startedAt }] of own) {
      if (!unwritten.has(sk) && startedAt + RANGES[range].length <= now()) own.delete(sk);
    }
  }

  function itemOf(sk: string): Item {
    const { startedAt = 0, counts = noCounts } = own.get(sk) ?? {};
    const expires_at = Math.ceil((startedAt + EXPIRES_AFTER) / SECOND);
    return { pk: partition(startedAt), sk, format: FORMAT, expires_at, ...storedCounts(counts) };
  }

  async function read(range: StatisticsRange): Promise<readonly Period[]> {
    settle();
    const { length, count } = RANGES[range];
    const last = startOf(range, now());
    const starts = Array.from({ length: count }, (_, index) => last - (count - 1 - index) * length);
    const periods = new Map(starts.map((startedAt) => [startedAt, noCounts]));
    const items = await itemsOf(range, starts);
    for (const { sk, format, pk, expires_at, ...counts } of items) {
      if (own.has(sk)) continue;
      add(periods, startIn(sk), countsFrom(counts as unknown as StoredCounts));
    }
    for (const mine of own.values()) if (mine.range === range) add(periods, mine.startedAt, mine.counts);
    return [...periods].map(([startedAt, counts]) => ({ startedAt, counts }));
  }

  async function itemsOf(range: StatisticsRange, starts: readonly number[]): Promise<readonly Item[]> {
    const from = sortKey(range, starts[0] ?? 0, '');
    const to = sortKey(range, starts.at(-1) ?? 0, '~');
    const partitions = [...new Set(starts.map(partition))];
    return (await Promise.all(partitions.map((pk) => everyItem(table, pk, from, to)))).flat();
  }

  return { count, hasUnwritten, flush, read };
}

async function everyItem(table: Table, pk: string, from: string, to: string): Promise<readonly Item[]> {
  const found: Item[] = [];
  for (let after = from, isLast = false; !isLast; ) {
    const page = await table.query({ pk, from: after, to, attributes: ATTRIBUTES, limit: PAGE, ascending: true });
    found.push(...page.items.filter(({ sk }) => sk !== after));
    after = page.items.at(-1)?.sk ?? after;
    isLast = page.isLast;
  }
  return found;
}

/** Counts with the names that their attributes have in the table. The version before knows only these names. */
type StoredCounts = Omit<Counts, 'failed'> & { readonly exhausted: number };

function storedCounts({ failed, ...counts }: Counts): StoredCounts {
  return { ...counts, exhausted: failed };
}

function countsFrom({ exhausted, ...counts }: StoredCounts): Counts {
  return { ...counts, failed: exhausted };
}

const ATTRIBUTES = ['sk', ...Object.keys(storedCounts(noCounts))];

function add(periods: Map<number, Counts>, startedAt: number, counts: Counts): void {
  const before = periods.get(startedAt);
  if (before !== undefined) periods.set(startedAt, added(before, counts));
}

function startOf(range: StatisticsRange, instant: number): number {
  return instant - (instant % RANGES[range].length);
}

function partition(instant: number): string {
  return `stats#${new Date(instant).toISOString().slice(0, 10)}`;
}

/** The sort key of an item, such as `minute#2026-03-02T09:00Z#<writer>` or `hour#2026-03-02T09:00Z#<writer>`. */
function sortKey(range: StatisticsRange, startedAt: number, writer: string): string {
  const name = range === 'hour' ? 'minute' : 'hour';
  return `${name}#${new Date(startedAt).toISOString().slice(0, 16)}Z#${writer}`;
}

function startIn(sk: string): number {
  return Date.parse(sk.split('#')[1] ?? '');
}
