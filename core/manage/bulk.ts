import type { Dependencies } from '../dependencies.ts';
import { SECOND } from '../durations.ts';
import type { Position } from '../event/entry.ts';
import type { EventKey } from '../event/event-key.ts';
import { isReopened } from '../event/lifecycle.ts';
import type { Progress } from '../event/progress.ts';
import type { EventRecord } from '../ports.ts';
import type { Find } from '../query/finder.ts';
import type { Search } from '../query/search.ts';
import { hostOf } from '../target/target-url.ts';
import type { Changed } from './canceller.ts';

/** The most pages of events that one request handles. */
const MOST_PAGES = 10;
const PAGE = 100;
/**
 * The time, in milliseconds, after which a request begins no further page. A page may take as long again, and a client
 * waits for half a minute at most.
 */
const LONGEST_BULK = 8 * SECOND;

/** The options of a request that changes many events. Instants are epoch milliseconds. */
type BulkManner = {
  /** The number of events that become due in a second. If undefined, all are due at once. */
  readonly rate?: number | undefined;
  /** The instant at which the first event is due, which is `nextAt` of the request before; now if it has passed. */
  readonly startAt?: number | undefined;
  /**
   * The instant of the first of several requests. Events that were called since are left alone, so that a repeated
   * request calls no event twice.
   */
  readonly begunAt?: number | undefined;
  /** Whether the events that would be changed are only counted. */
  readonly isDryRun?: boolean | undefined;
};

/** The result of a request that changes many events. */
export type BulkResult = {
  /** The number of events that were changed, or that would be in a dry run. */
  readonly changed: number;
  /** The position at which the next request begins; absent if there is nothing more to look at. */
  readonly next?: Position;
  /**
   * The instant at which the first event of the next request is due, in epoch milliseconds. Present if there is a next
   * request and a rate.
   */
  readonly nextAt?: number;
  /** The number of events that would be changed, by host. Present in a dry run. */
  readonly hosts?: ReadonlyMap<string, number>;
};

export type Bulk = (search: Search, after?: Position, manner?: BulkManner) => Promise<BulkResult>;

/**
 * Changes an event that was found in a status, unless it has left that status meanwhile.
 *
 * @param at The earliest instant of the next attempt, in epoch milliseconds.
 */
type Change = (key: EventKey, status: Progress['status'], at: number) => Promise<Changed>;

/** The rules that say which events a change leaves alone. */
type LeftAlone = {
  /** Whether a change would leave an event as it is, if its next attempt cannot be earlier than the instant `at`. */
  readonly isUnchanged?: (progress: Progress, now: number, at: number) => boolean;
  /** Whether an earlier one of several requests has changed an event, if the first of them was made at `begunAt`. */
  readonly isDone?: (progress: Progress, begunAt: number) => boolean;
};

/**
 * Changes the events that a search finds, up to a bounded number of pages in a request. An event that has left its
 * status meanwhile is left alone. With a rate, each event gets an instant, in the order in which the events are found.
 * Events that an earlier, equal request has opened take their instants too, so that no other event gets those. If the
 * process dies, some events are changed, and the client repeats the request.
 */
export function inBulk(
  { now }: Pick<Dependencies, 'now'>,
  find: Find,
  change: Change,
  leftAlone: LeftAlone = {},
): Bulk {
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
    // With a rate, the search also finds events that were opened already.
    if (search.status !== undefined && search.status !== progress.status) return 'not in this state';
    if (!isDryRun) return change(event.key, progress.status, at);
    return isUnchanged(progress, now(), at) ? 'not in this state' : record;
  }
}

function countsOf(hosts: readonly string[]): ReadonlyMap<string, number> {
  return new Map([...Map.groupBy(hosts, (host) => host)].map(([host, all]) => [host, all.length]));
}

/** Whether an event was opened again, and waits for an attempt at an instant or later. */
function isOpened(progress: Progress, from: number): boolean {
  return progress.status === 'waiting_execution' && isReopened(progress) && progress.nextAttemptAt >= from;
}
