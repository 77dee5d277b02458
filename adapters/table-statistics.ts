import { randomUUID } from 'node:crypto';
import { DAY, HOUR, MINUTE, SECOND } from '../core/durations.ts';
import type { Change } from '../core/event/change.ts';
import { addHosts, type CountsByHost, countHost, type HostCounts, withoutSurplusHosts } from '../core/host-counts.ts';
import type { RangeCounts, Statistics, StatisticsRange } from '../core/ports.ts';
import { added, type Counts, counted, noCounts } from '../core/statistics.ts';
import { ITEM_FORMAT } from './item-format.ts';
import type { Item, Table } from './table.ts';

const EXPIRES_AFTER = 3 * DAY;
const PAGE = 1_000;
/**
 * A read takes at most this many pages, each of which DynamoDB limits to 1 MB. Otherwise the answer would take longer
 * than a client waits when hundreds of processes count many hosts.
 */
const MOST_PAGES = 100;
/**
 * A read holds at most twice this many hosts. Otherwise the hosts of hundreds of processes together would exceed the
 * memory of a function.
 */
const MOST_HOSTS_READ = 1_000;

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
  const own = new Map<string, OwnCounts>();
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
      const before = own.get(sk);
      const sumOfHosts = new Map(before?.hosts);
      addHosts(sumOfHosts, hosts);
      const sum = added(before?.counts ?? noCounts, counts);
      own.set(sk, { range, startedAt, counts: sum, hosts: withoutSurplusHosts(sumOfHosts) });
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
    const { startedAt = 0, counts = noCounts, hosts = new Map() } = own.get(sk) ?? {};
    const expires_at = Math.ceil((startedAt + EXPIRES_AFTER) / SECOND);
    return { pk: partition(startedAt), sk, format: ITEM_FORMAT, expires_at, ...storedCounts(counts, hosts) };
  }

  async function read(range: StatisticsRange): Promise<RangeCounts> {
    settle();
    const mine = new Map(own);
    const starts = startsOf(range, now());
    const periods = new Map(starts.map((startedAt) => [startedAt, noCounts]));
    let hosts = new Map<string, HostCounts>();

    function add(startedAt: number, counts: Counts, ofHosts: CountsByHost): void {
      const before = periods.get(startedAt);
      if (before === undefined) return;
      periods.set(startedAt, added(before, counts));
      addHosts(hosts, ofHosts);
      if (hosts.size > 2 * MOST_HOSTS_READ) hosts = new Map(withoutSurplusHosts(hosts, MOST_HOSTS_READ));
    }

    const complete = await forEachItem(table, range, starts, ({ sk, format, pk, expires_at, ...stored }) => {
      if (mine.has(sk)) return;
      const { counts, hosts: ofHosts } = countsFrom(stored as unknown as StoredCounts);
      add(startIn(sk), counts, ofHosts);
    });
    for (const one of mine.values()) if (one.range === range) add(one.startedAt, one.counts, one.hosts);
    return { periods: [...periods].map(([startedAt, counts]) => ({ startedAt, counts })), hosts, complete };
  }

  return { count, hasUnwritten, flush, read };
}

/** The counts that a process has of one period. */
type OwnCounts = {
  readonly range: StatisticsRange;
  readonly startedAt: number;
  readonly counts: Counts;
  readonly hosts: CountsByHost;
};

function freshCounts(minute: number) {
  return { minute, counts: noCounts, hosts: new Map<string, HostCounts>() };
}

/** The beginnings of the periods of a range, oldest first. */
function startsOf(range: StatisticsRange, now: number): readonly number[] {
  const { length, count } = RANGES[range];
  const last = startOf(range, now);
  return Array.from({ length: count }, (_, index) => last - (count - 1 - index) * length);
}

/**
 * Takes the items of some periods, the latest first, and returns whether these are all of them. The items are taken page
 * by page, because those of hundreds of processes together would exceed the memory of a function.
 */
async function forEachItem(
  table: Table,
  range: StatisticsRange,
  starts: readonly number[],
  take: (item: Item) => void,
): Promise<boolean> {
  const from = sortKey(range, starts.at(-1) ?? 0, '~');
  const to = sortKey(range, starts[0] ?? 0, '');
  let pages = 0;

  for (const pk of new Set(starts.map(partition).toReversed())) {
    for (let after = from, isLast = false; !isLast; ) {
      if (pages === MOST_PAGES) return false;
      pages += 1;
      const page = await table.query({ pk, from: after, to, attributes: ATTRIBUTES, limit: PAGE });
      for (const item of page.items.filter(({ sk }) => sk !== after)) take(item);
      after = page.items.at(-1)?.sk ?? after;
      isLast = page.isLast;
    }
  }
  return true;
}

/** Counts with the names that their attributes have in the table. The version before knows only these names. */
type StoredCounts = Omit<Counts, 'failed'> & {
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

function storedCounts({ failed, ...counts }: Counts, hosts: CountsByHost): StoredCounts {
  return { ...counts, exhausted: failed, hosts: storedHosts(hosts) };
}

function countsFrom({ exhausted, hosts = [], ...counts }: StoredCounts): Pick<OwnCounts, 'counts' | 'hosts'> {
  return { counts: { ...counts, failed: exhausted }, hosts: hostsFrom(hosts) };
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

const ATTRIBUTES = ['sk', ...Object.keys(storedCounts(noCounts, new Map()))];

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
