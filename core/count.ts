import { BEGINNING, type Position, positionAt } from './entry.ts';
import type { EventKey } from './event-key.ts';
import type { World } from './world.ts';

/** Later than any event may be due. */
const FAR_AWAY = 4_000 * 86_400_000;
/** How many are looked up at a time: each may hold an answer of some 80 KiB. */
const LOOKED_UP = 500;

/** How many events wait; `complete` unless there was more to look at than asked for. */
export type Count = { readonly count: number; readonly complete: boolean };

/**
 * Counts what waits from what lies ahead of the trailing hand: every unfinished event has an entry there, and of what has
 * finished only that of the last minutes.
 *
 * @param mostPages how many pages of entries are read at most
 */
export function counter({ store, now, shards }: World): (mostPages: number) => Promise<Count> {
  return async (mostPages) => {
    const { trailing = [] } = (await store.findHands()) ?? {};
    const starts = Array.from(
      { length: Math.max(shards, trailing.length) },
      (_, shard) => trailing[shard] ?? BEGINNING,
    );
    const until = now() + FAR_AWAY;
    const keys = new Map<string, EventKey>();
    let pages = 0;
    for (const [shard, start] of starts.entries()) {
      for (let position: Position = start; position > positionAt(until); pages++) {
        if (pages === mostPages) return { count: await waitingAmong(keys), complete: false };
        const { entries, reached } = await store.entries(shard, position, until);
        for (const { key } of entries) keys.set(key.uuid, key);
        position = reached;
      }
    }
    return { count: await waitingAmong(keys), complete: true };
  };

  async function waitingAmong(keys: ReadonlyMap<string, EventKey>): Promise<number> {
    const all = [...keys.values()];
    let waiting = 0;
    for (let from = 0; from < all.length; from += LOOKED_UP) {
      const recorded = await Promise.all(all.slice(from, from + LOOKED_UP).map(store.findProgress));
      waiting += recorded.filter(
        (progress) => (progress?.status ?? 'waiting_execution') === 'waiting_execution',
      ).length;
    }
    return waiting;
  }
}
