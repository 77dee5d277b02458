import type { Changed } from './cancel.ts';
import type { Position } from './entry.ts';
import type { EventKey } from './event-key.ts';
import type { Find } from './find.ts';
import { isReopened } from './lifecycle.ts';
import type { EventRecord } from './ports.ts';
import type { Progress } from './progress.ts';
import type { Search } from './search.ts';
import type { World } from './world.ts';

const SECOND = 1_000;
const MOST_PAGES = 10;
const PAGE = 100;
/** It takes no further page then: each may take as long again, and whoever asked waits for half a minute at most. */
const LONGEST_BULK = 8_000;

/** How events are changed. Instants are epoch milliseconds. */
export type BulkManner = {
  /** How many events are due in a second. All are due at once unless a rate is given. */
  readonly rate?: number | undefined;
  /** Where the request before has got to: the first event is due then, or now if that has passed. */
  readonly startAt?: number | undefined;
  /** When the first of several requests was made. What was called since is left alone, so that a repeated request calls no event twice. */
  readonly begunAt?: number | undefined;
};

/** How many events were changed, and where to go on if there is more to look at: from when on, if there is a rate. */
export type BulkResult = { readonly changed: number; readonly next?: Position; readonly nextAt?: number };

export type Bulk = (search: Search, after?: Position, manner?: BulkManner) => Promise<BulkResult>;

/**
 * Changes an event that was found in a state, unless it has left that state meanwhile.
 *
 * @param at the earliest instant of its next attempt; now unless given
 */
type Change = (key: EventKey, status: Progress['status'], at?: number) => Promise<Changed>;

/**
 * Changes whatever is found, a bounded number of pages at a time. What has changed meanwhile by itself is left alone. With a rate, the events
 * get their instants in the order in which they are found, one after the other. So do those that a repetition of the request finds opened
 * already, so that it gives nobody else their instants.
 */
export function inBulk({ now }: World, find: Find, change: Change): Bulk {
  return async (search, after, { rate, startAt = 0, begunAt } = {}) => {
    const startedAt = now();
    let changed = 0;
    let next = after;
    let nextAt = startAt;
    for (let pages = 0; pages < MOST_PAGES && now() - startedAt < LONGEST_BULK; pages++) {
      const earliest = Math.max(now(), nextAt);
      const page = await find(search, PAGE, next, (progress) => rate !== undefined && isOpened(progress, earliest));
      const from = Math.max(now(), nextAt);
      const instantOf = (index: number) => (rate === undefined ? undefined : from + (index * SECOND) / rate);
      const records = page.records.filter(({ progress }) => !isCalledSince(progress, begunAt));
      const results = await Promise.all(
        records.map((record, index) => changeUnlessOpened(record, search, instantOf(index))),
      );
      changed += results.filter((result) => typeof result !== 'string').length;
      next = page.next;
      nextAt = instantOf(records.length) ?? nextAt;
      if (next === undefined) return { changed };
    }
    return { changed, ...(next !== undefined && { next, ...(rate !== undefined && { nextAt: Math.round(nextAt) }) }) };
  };

  async function changeUnlessOpened({ event, progress }: EventRecord, { status }: Search, at?: number) {
    if (status !== undefined && progress.status !== status) return 'not in this state';
    return at === undefined ? change(event.key, progress.status) : change(event.key, progress.status, Math.round(at));
  }
}

/** Whether an event waits that was opened again and is due at an instant or later. */
function isOpened(progress: Progress, from: number): boolean {
  return progress.status === 'waiting_execution' && isReopened(progress) && progress.nextAttemptAt >= from;
}

/** Whether an event has been called since an instant: for a finished one that was opened again, whether it has finished since. */
function isCalledSince(progress: Progress, instant = Number.POSITIVE_INFINITY): boolean {
  if (progress.status === 'waiting_execution') return (progress.attempts.at(-1)?.startedAt ?? 0) >= instant;
  return progress.triedBefore !== undefined && progress.finishedAt >= instant;
}
