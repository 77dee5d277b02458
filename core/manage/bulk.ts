import type { Dependencies } from '../dependencies.ts';
import type { Position } from '../event/entry.ts';
import type { EventKey } from '../event/event-key.ts';
import { isReopened } from '../event/lifecycle.ts';
import type { Progress } from '../event/progress.ts';
import type { EventRecord } from '../ports.ts';
import type { Find } from '../query/find.ts';
import type { Search } from '../query/search.ts';
import { hostOf } from '../target/target-url.ts';
import type { Changed } from './cancel.ts';

const SECOND = 1_000;
const MOST_PAGES = 10;
const PAGE = 100;
/** It takes no further page then: each may take as long again, and whoever asked waits for half a minute at most. */
const LONGEST_BULK = 8_000;

/** How events are changed. Instants are epoch milliseconds. */
type BulkManner = {
  /** How many events are due in a second. All are due at once unless a rate is given. */
  readonly rate?: number | undefined;
  /** Where the request before has got to: the first event is due then, or now if that has passed. */
  readonly startAt?: number | undefined;
  /** When the first of several requests was made. What was called since is left alone, so that a repeated request calls no event twice. */
  readonly begunAt?: number | undefined;
  /** Whether no event is changed, and those are counted that would be. */
  readonly isDryRun?: boolean | undefined;
};

/**
 * How many events were changed, and where to go on if there is more to look at: from when on, if there is a rate. A dry run says how many would
 * be, and how many of them go to each host.
 */
export type BulkResult = {
  readonly changed: number;
  readonly next?: Position;
  readonly nextAt?: number;
  readonly hosts?: ReadonlyMap<string, number>;
};

export type Bulk = (search: Search, after?: Position, manner?: BulkManner) => Promise<BulkResult>;

/**
 * Changes an event that was found in a state, unless it has left that state meanwhile.
 *
 * @param at the earliest instant of its next attempt
 */
type Change = (key: EventKey, status: Progress['status'], at: number) => Promise<Changed>;

/** What a change leaves alone. */
type LeftAlone = {
  /** Whether an event is left alone as it is now, if its next attempt cannot be earlier than at an instant. */
  readonly isUnchanged?: (progress: Progress, now: number, at: number) => boolean;
  /** Whether an earlier request has changed an event, if the first of them was made at an instant. */
  readonly isDone?: (progress: Progress, begunAt: number) => boolean;
};

/**
 * Changes whatever is found, a bounded number of pages at a time. What has changed meanwhile by itself is left alone. With a rate, the events
 * get their instants in the order in which they are found, one after the other. So do those that a repetition of the request finds opened
 * already, so that it gives nobody else their instants.
 */
export function inBulk({ now }: Dependencies, find: Find, change: Change, leftAlone: LeftAlone = {}): Bulk {
  const { isUnchanged = () => false, isDone = () => false } = leftAlone;

  return async (search, after, { rate, startAt = 0, begunAt, isDryRun = false } = {}) => {
    const startedAt = now();
    const pause = rate === undefined ? 0 : SECOND / rate;
    const hosts: string[] = [];
    let next = after;
    let nextAt = startAt;
    for (let pages = 0; pages < MOST_PAGES && now() - startedAt < LONGEST_BULK; pages++) {
      const earliest = Math.max(now(), nextAt);
      const page = await find(search, PAGE, next, (progress) => pause > 0 && isOpened(progress, earliest));
      const from = Math.max(now(), nextAt);
      const records = page.records.filter(({ progress }) => begunAt === undefined || !isDone(progress, begunAt));
      const results = await Promise.all(
        records.map((record, index) => changeFound(record, search, Math.round(from + index * pause), isDryRun)),
      );
      hosts.push(...results.flatMap((result) => (typeof result === 'string' ? [] : [hostOf(result.event.url)])));
      next = page.next;
      nextAt = from + records.length * pause;
      if (next === undefined) break;
    }
    const place = next === undefined ? {} : { next, ...(rate !== undefined && { nextAt: Math.round(nextAt) }) };
    return { changed: hosts.length, ...place, ...(isDryRun && { hosts: countsOf(hosts) }) };
  };

  async function changeFound(record: EventRecord, search: Search, at: number, isDryRun: boolean): Promise<Changed> {
    const { event, progress } = record;
    // With a rate, events are found as well that have been opened already.
    if (search.status !== undefined && search.status !== progress.status) return 'not in this state';
    if (!isDryRun) return change(event.key, progress.status, at);
    return isUnchanged(progress, now(), at) ? 'not in this state' : record;
  }
}

function countsOf(hosts: readonly string[]): ReadonlyMap<string, number> {
  return new Map([...Map.groupBy(hosts, (host) => host)].map(([host, all]) => [host, all.length]));
}

/** Whether an event waits that was opened again and is due at an instant or later. */
function isOpened(progress: Progress, from: number): boolean {
  return progress.status === 'waiting_execution' && isReopened(progress) && progress.nextAttemptAt >= from;
}
