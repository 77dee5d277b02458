import { randomUUID } from 'node:crypto';
import { DAY, HOUR, MINUTE, SECOND } from '../core/durations.ts';
import type { Change } from '../core/event/change.ts';
import { type CountsByHost, countHost, type HostCounts, withoutSurplusHosts } from '../core/host-counts.ts';
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
  let fresh = freshCounts(0);

  function count(change: Change): void {
    const minute = startOf('hour', now());
    if (minute !== fresh.minute) settle(minute);
    fresh.counts = counted(fresh.counts, change);
    countHost(fresh.hosts, change);
  }

  /** Moves the fresh counts into those of their items, and begins with new ones for a minute. */
  function settle(next = fresh.minute): void {
    const { minute, counts, hosts } = fresh;
    fresh = freshCounts(next);
    if (counts === noCounts) return;
    for (const range of ['hour', 'day'] as const) {
      const startedAt = startOf(range, minute);
      const sk = sortKey(range, startedAt, writer);
      const sum = added(own.get(sk)?.counts ?? noCounts, { ...counts, hosts });
      own.set(sk, { range, startedAt, counts: { ...sum, hosts: withoutSurplusHosts(sum.hosts) } });
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

function freshCounts(minute: number) {
  return { minute, counts: noCounts, hosts: new Map<string, HostCounts>() };
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
type StoredCounts = Omit<Counts, 'failed' | 'hosts'> & {
  readonly exhausted: number;
  /** Absent in items of the version before, which counts no hosts. */
  readonly hosts?: readonly StoredHost[] | undefined;
};

/**
 * The counts of a host. It is a list, because names of attributes would be stored with each host, and because the host
 * itself is no name of an attribute: publishers choose it.
 */
type StoredHost = readonly [
  host: string,
  succeededAttempts: number,
  failedAttempts: number,
  failedEvents: number,
  lastError?: HostCounts['lastError'],
];

function storedCounts({ failed, hosts, ...counts }: Counts): StoredCounts {
  return { ...counts, exhausted: failed, hosts: storedHosts(hosts) };
}

function countsFrom({ exhausted, hosts = [], ...counts }: StoredCounts): Counts {
  return { ...counts, failed: exhausted, hosts: hostsFrom(hosts) };
}

function storedHosts(hosts: CountsByHost): readonly StoredHost[] {
  return [...hosts].map(([host, { succeededAttempts, failedAttempts, failedEvents, lastError }]) => {
    const counts = [host, succeededAttempts, failedAttempts, failedEvents] as const;
    return lastError === undefined ? counts : [...counts, lastError];
  });
}

function hostsFrom(stored: readonly StoredHost[]): CountsByHost {
  return new Map(
    stored.map(([host, succeededAttempts, failedAttempts, failedEvents, lastError]) => {
      const counts = { succeededAttempts, failedAttempts, failedEvents };
      return [host, lastError === undefined ? counts : { ...counts, lastError }];
    }),
  );
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
