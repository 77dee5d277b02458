import type { Dependencies } from '../dependencies.ts';
import { BEGINNING, END, type Position, positionAt, positionBefore, positionOf } from '../event/entry.ts';
import type { EventKey } from '../event/event-key.ts';
import { isForgotten } from '../event/expiry.ts';
import type { Progress } from '../event/progress.ts';
import type { EventRecord, EventStore, List } from '../ports.ts';
import { eventFits, lastAttemptFits, type Search } from './search.ts';

/** How many events are looked at for one page at most, however few of them fit. */
const MOST_LOOKED_AT = 1_000;
const LEAST_AT_ONCE = 25;
/** Longer than that it takes only if events are large: whoever asked waits, and is told where to go on. */
const LONGEST_LOOK = 8_000;

/** A page of events, latest due first, and where the next one begins if there is more. */
type FoundPage = { readonly records: readonly EventRecord[]; readonly next?: Position };

/** @param also accepts events whose status is not the one that is searched for */
export type Find = (
  search: Search,
  limit: number,
  after?: Position,
  also?: (progress: Progress) => boolean,
) => Promise<FoundPage>;

/**
 * Finds events by merging the lists in which they stand. A page is full unless it is the last, too few of many fit, or looking took
 * long. One more event than the page holds is looked for, so that the last page is known to be the last even if it is full.
 */
export function finder(dependencies: Dependencies): Find {
  const { store, now } = dependencies;

  return async (search, limit, after, also = () => false) => {
    const fits = ({ event, progress }: EventRecord) =>
      !isForgotten(progress, now()) &&
      (search.status === undefined || search.status === progress.status || also(progress)) &&
      lastAttemptFits(progress, search) &&
      eventFits(event, search);

    const candidates = merged(
      (await listsFor(dependencies, search)).map((list) => keysIn(store, list, rangeOf(search, after))),
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

/** Chooses the shortest lists that together hold every event that is asked for. */
export async function listsFor(
  { store, shards }: Dependencies,
  { status, tags: [tag] }: Search,
): Promise<readonly List[]> {
  const cursors = await store.findCursors();
  const numbers = Array.from({ length: Math.max(shards, cursors?.promote.length ?? 0) }, (_, shard) => shard);
  if (status === 'max_try_count_reached') return numbers.map((failedShard) => ({ failedShard }));
  if (tag !== undefined) return [{ tag }, ...numbers.map((taggedShard) => ({ tag, taggedShard }))];
  return numbers.map((shard) => ({ shard }));
}

type Range = { readonly after: Position; readonly to: Position };

/** The part of a list that is due in the span that is searched, from the latest to the earliest. */
export function rangeOf({ dueAfter, dueBefore }: Search, after: Position = END): Range {
  const start = dueBefore === undefined ? END : positionAt(dueBefore - 1);
  const to = dueAfter === undefined ? BEGINNING : positionBefore(dueAfter);
  return { after: after > start ? after : start, to };
}

async function* keysIn(store: EventStore, list: List, { after, to }: Range): AsyncGenerator<EventKey> {
  for (let position = after; ; ) {
    const keys = await store.list(list, position, to, LEAST_AT_ONCE);
    yield* keys;
    const last = keys.at(-1);
    if (last === undefined || keys.length < LEAST_AT_ONCE) return;
    position = positionOf(last);
  }
}

/** Merges lists into one, in their order. A key that several lists hold is yielded once. */
async function* merged(lists: readonly AsyncGenerator<EventKey>[]): AsyncGenerator<EventKey> {
  const heads = await Promise.all(lists.map((list) => list.next()));
  for (let last: Position | undefined; ; ) {
    const [first, ...others] = heads.flatMap(({ value, done }, index) =>
      done ? [] : [{ key: value as EventKey, index }],
    );
    if (first === undefined) return;
    const next = others.reduce((one, other) => (positionOf(other.key) < positionOf(one.key) ? other : one), first);
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
