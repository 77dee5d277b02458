import type { Dependencies } from '../dependencies.ts';
import { SECOND } from '../durations.ts';
import { BEGINNING, END, type Position, positionAt, positionBefore, positionOf } from '../event/entry.ts';
import type { EventKey } from '../event/event-key.ts';
import { isForgotten } from '../event/expiry.ts';
import type { Progress } from '../event/progress.ts';
import type { EventRecord, EventStore, List } from '../ports.ts';
import { eventFits, lastAttemptFits, type Search, type SortedSearch } from './search.ts';

/** The most events that are read for one page, however few of them fit. */
const MOST_LOOKED_AT = 1_000;
/** The least number of events that are read at a time. */
const LEAST_AT_ONCE = 25;
/**
 * The time, in milliseconds, after which a page ends although it is not full, because a client waits for it. It is
 * reached only if events are large.
 */
const LONGEST_LOOK = 8 * SECOND;

/** A page of events in the order of the search, and the position at which the next page begins, if there is more. */
type FoundPage = { readonly records: readonly EventRecord[]; readonly next?: Position };

/**
 * Finds up to `limit` events that fit a search. A page can be shorter, even empty, while `next` is there.
 *
 * @param also Whether an event fits that has another status than the one that is searched for.
 */
export type Find = (
  search: SortedSearch,
  limit: number,
  after?: Position,
  also?: (progress: Progress) => boolean,
) => Promise<FoundPage>;

export type FinderDependencies = Pick<Dependencies, 'store' | 'now' | 'shards'>;

/**
 * Finds events by merging the lists in which they stand. A page is full unless it is the last one, too few of many
 * events fit, or reading took too long. One more event than the page holds is looked for, so that a full last page has
 * no `next`.
 */
export function finder(dependencies: FinderDependencies): Find {
  const { store, now } = dependencies;

  return async (search, limit, after, also = () => false) => {
    const fits = ({ event, progress }: EventRecord) =>
      !isForgotten(progress, now()) &&
      (search.status === undefined || search.status === progress.status || also(progress)) &&
      lastAttemptFits(progress, search) &&
      eventFits(event, search);

    const range = rangeOf(search, after);
    const lists = await listsFor(dependencies, search);
    const candidates = merged(
      lists.map((list) => keysIn(store, list, range)),
      range,
    );
    const startedAt = now();
    const found: EventRecord[] = [];
    let reached: Position | undefined;
    let lookedAt = 0;
    do {
      const wanted = Math.max(LEAST_AT_ONCE, limit + 1 - found.length);
      const keys = await taken(candidates, Math.min(wanted, MOST_LOOKED_AT - lookedAt));
      const last = keys.at(-1);
      if (last === undefined) break;
      const records = await Promise.all(keys.map(store.findEvent));
      found.push(...records.filter((record) => record !== undefined).filter(fits));
      lookedAt += keys.length;
      reached = positionOf(last);
    } while (found.length <= limit && lookedAt < MOST_LOOKED_AT && now() - startedAt < LONGEST_LOOK);
    const lastOnPage = found[limit - 1];
    if (found.length > limit && lastOnPage !== undefined)
      return { records: found.slice(0, limit), next: positionOf(lastOnPage.event.key) };
    const { done: isLast } = await candidates.next();
    return { records: found, ...(!isLast && reached !== undefined && { next: reached }) };
  };
}

/** Returns the shortest lists that together hold all events that can fit a search. */
export async function listsFor(
  { store, shards }: Pick<Dependencies, 'store' | 'shards'>,
  { status, schedule, tags: [tag] }: Search,
): Promise<readonly List[]> {
  if (schedule !== undefined) return [{ schedule }];
  const cursors = await store.findCursors();
  const numbers = Array.from({ length: Math.max(shards, cursors?.promote.length ?? 0) }, (_, shard) => shard);
  if (status === 'failed') return numbers.map((failedShard) => ({ failedShard }));
  if (tag !== undefined) return [{ tag }, ...numbers.map((taggedShard) => ({ tag, taggedShard }))];
  return numbers.map((shard) => ({ shard }));
}

type Range = { readonly after: Position; readonly to: Position; readonly earliestFirst: boolean };

/** The part of a list that a search covers: from the latest due instant to the earliest, or the other way. */
export function rangeOf({ dueAfter, dueBefore, earliestFirst = false }: SortedSearch, after?: Position): Range {
  const latest = dueBefore === undefined ? END : positionAt(dueBefore - 1);
  const earliest = dueAfter === undefined ? BEGINNING : positionBefore(dueAfter);
  const [start, to] = earliestFirst ? [earliest, latest] : [latest, earliest];
  const isBehindStart = after !== undefined && isBefore(start, after, earliestFirst);
  return { after: isBehindStart ? after : start, to, earliestFirst };
}

/** Whether a position comes before another one in the order of a search. */
function isBefore(one: Position, other: Position, earliestFirst: boolean): boolean {
  return earliestFirst ? one > other : one < other;
}

async function* keysIn(store: EventStore, list: List, { after, to, earliestFirst }: Range): AsyncGenerator<EventKey> {
  for (let position = after; ; ) {
    const keys = await store.list(list, position, to, LEAST_AT_ONCE, earliestFirst);
    yield* keys;
    const last = keys.at(-1);
    if (last === undefined || keys.length < LEAST_AT_ONCE) return;
    position = positionOf(last);
  }
}

/** Merges sorted lists into one sorted list. A key that several lists hold is yielded once. */
async function* merged(
  lists: readonly AsyncGenerator<EventKey>[],
  { earliestFirst }: Pick<Range, 'earliestFirst'>,
): AsyncGenerator<EventKey> {
  const heads = await Promise.all(lists.map((list) => list.next()));
  for (let last: Position | undefined; ; ) {
    const [first, ...others] = heads.flatMap(({ value, done }, index) =>
      done ? [] : [{ key: value as EventKey, index }],
    );
    if (first === undefined) return;
    const next = others.reduce(
      (one, other) => (isBefore(positionOf(other.key), positionOf(one.key), earliestFirst) ? other : one),
      first,
    );
    const position = positionOf(next.key);
    if (position !== last) yield next.key;
    last = position;
    heads[next.index] = await (lists[next.index] as AsyncGenerator<EventKey>).next();
  }
}

async function taken(keys: AsyncGenerator<EventKey>, count: number): Promise<EventKey[]> {
  const some: EventKey[] = [];
  while (some.length < count) {
    const { value, done } = await keys.next();
    if (done) break;
    some.push(value);
  }
  return some;
}
