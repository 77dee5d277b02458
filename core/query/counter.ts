import { DAY, SECOND } from '../durations.ts';
import { BEGINNING, type Position, positionAt, positionOf } from '../event/entry.ts';
import type { EventKey } from '../event/event-key.ts';
import { isForgotten } from '../event/expiry.ts';
import type { Progress } from '../event/progress.ts';
import type { List } from '../ports.ts';
import { type FinderDependencies, listsFor, rangeOf } from './finder.ts';
import { eventFits, lastAttemptFits, type Search } from './search.ts';

/** A time from now, in milliseconds, after which no event can be due. */
const FAR_AWAY = 4_000 * DAY;
/** The number of keys of a list that are read at a time. */
const PAGE = 200;
/** The number of progresses that are read at a time. Each may hold an answer of about 80 KiB. */
const LOOKED_UP = 500;
/** The number of events that are read at a time, each with its progress. An event may hold up to 256 KiB more. */
const LOOKED_UP_WHOLE = 100;
/** The time, in milliseconds, after which no further events are read, so that the client gets its answer in time. */
const LONGEST_COUNT = 8 * SECOND;

/** A number of events. It is not `complete` if the bounds of a count left out events. */
type Count = { readonly count: number; readonly complete: boolean };

export type SearchInStatus = Search & { readonly status: Progress['status'] };

/**
 * Counts the events that fit a search, or those that wait if there is no search.
 *
 * @param mostPages The most pages of keys that are read.
 */
export type Counter = (mostPages: number, search?: SearchInStatus) => Promise<Count>;

const WHAT_WAITS: SearchInStatus = { status: 'waiting_execution', tags: [] };

/** A list of keys that is read page by page. The last page has no `next`. */
type Source = {
  readonly start: Position;
  readonly read: (from: Position) => Promise<{ readonly keys: readonly EventKey[]; readonly next?: Position }>;
};

/**
 * Makes the counter of a queue. Waiting events are counted from the entries ahead of the audit cursor, because every
 * unfinished event has an entry there, and few finished events do. Other events are counted from the lists in which
 * they are found.
 */
export function counter(dependencies: FinderDependencies): Counter {
  const { store, now, shards } = dependencies;

  return async (mostPages, search = WHAT_WAITS) => {
    const startedAt = now();
    const isAmongAll = search.status === 'waiting_execution' && search.schedule === undefined;
    const sources = isAmongAll ? await waitingSources() : await listSources(search);
    const { keys, areAll } = await keysFrom(sources, mostPages);
    const candidates = keys.filter(({ dueAt }) => isWithin(dueAt, search));
    const needsEvents = search.tags.length > 0 || search.host !== undefined || search.schedule !== undefined;
    const atOnce = needsEvents ? LOOKED_UP_WHOLE : LOOKED_UP;
    let count = 0;
    for (let from = 0; from < candidates.length; from += atOnce) {
      if (now() - startedAt >= LONGEST_COUNT) return { count, complete: false };
      const some = candidates.slice(from, from + atOnce);
      const fits = await Promise.all(
        some.map((key) => (needsEvents ? recordFits(key, search) : fitsByKey(key, search))),
      );
      count += fits.filter(Boolean).length;
    }
    return { count, complete: areAll };
  };

  async function waitingSources(): Promise<readonly Source[]> {
    const { audit = [] } = (await store.findCursors()) ?? {};
    const until = now() + FAR_AWAY;
    return Array.from({ length: Math.max(shards, audit.length) }, (_, shard) => ({
      start: audit[shard] ?? BEGINNING,
      async read(from) {
        const { entries, reached } = await store.entries(shard, from, until);
        return { keys: entries.map(({ key }) => key), ...(reached > positionAt(until) && { next: reached }) };
      },
    }));
  }

  async function listSources(search: Search): Promise<readonly Source[]> {
    const { after, to } = rangeOf(search);
    return (await listsFor(dependencies, search)).map((list: List) => ({
      start: after,
      async read(from) {
        const keys = await store.list(list, from, to, PAGE);
        const last = keys.length < PAGE ? undefined : keys.at(-1);
        return { keys, ...(last !== undefined && { next: positionOf(last) }) };
      },
    }));
  }

  async function fitsByKey(key: EventKey, search: SearchInStatus): Promise<boolean> {
    return progressFits(await store.findProgress(key), search);
  }

  async function recordFits(key: EventKey, search: SearchInStatus): Promise<boolean> {
    const record = await store.findEvent(key);
    return record !== undefined && eventFits(record.event, search) && progressFits(record.progress, search);
  }

  /** Whether a progress fits a search. If there is none yet, the event waits for its first attempt. */
  function progressFits(progress: Progress | undefined, search: SearchInStatus): boolean {
    const { status = 'waiting_execution', attempts = [] } = progress ?? {};
    const isThere = progress === undefined || !isForgotten(progress, now());
    return isThere && status === search.status && lastAttemptFits({ attempts }, search);
  }
}

/** Reads the keys of several sources, each event once, from a bounded number of pages. */
async function keysFrom(sources: readonly Source[], mostPages: number) {
  const keys = new Map<string, EventKey>();
  let pages = 0;
  for (const { start, read } of sources) {
    for (let from: Position | undefined = start; from !== undefined; pages++) {
      if (pages === mostPages) return { keys: [...keys.values()], areAll: false };
      const page = await read(from);
      for (const key of page.keys) keys.set(key.uuid, key);
      from = page.next;
    }
  }
  return { keys: [...keys.values()], areAll: true };
}

function isWithin(dueAt: number, { dueAfter = dueAt, dueBefore = dueAt + 1 }: Search): boolean {
  return dueAfter <= dueAt && dueAt < dueBefore;
}
