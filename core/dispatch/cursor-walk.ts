import type { Dependencies } from '../dependencies.ts';
import { type Entry, type Position, positionAt } from '../event/entry.ts';
import type { CursorName, Cursors, EventStore } from '../ports.ts';
import { lease, moved, released, renewed } from './cursors.ts';

/** A page of some shards, and how far each of all shards is with it. */
type Pages = { readonly entries: readonly Entry[]; readonly reached: readonly Position[] };

/** Handles entries before the cursor moves over them: dying in between repeats them, and loses nothing. Answers how many messages it sent. */
export type Handle = (entries: readonly Entry[]) => Promise<number>;

/** Without cursors, another run has taken them; not there, time ran out. */
export type Walked = { readonly cursors: Cursors | undefined; readonly sent: number; readonly isThere: boolean };

type Walk = (from: Cursors, cursor: CursorName, until: number, handle: Handle, stopAt?: number) => Promise<Walked>;

export type CursorWalk = {
  /** The cursors under a new lease; undefined while another run holds them. */
  take(found: Cursors | undefined): Promise<Cursors | undefined>;
  /** Gives the lease back, also at the end of a run that fails: the next one need not wait until the lease has run out. */
  release(cursors: Cursors): Promise<void>;
  /**
   * A cursor goes on from where it stands up to an instant; what held something is written down. It takes no further page from `stopAt`
   * on.
   */
  readonly walk: Walk;
  /** The same for a look at what is beyond a cursor, which stays where it is. */
  readonly look: Walk;
};

/** @param mostShards are read at a time */
export function cursorWalk({ store, now, shards }: Dependencies, mostShards: number): CursorWalk {
  async function take(found: Cursors | undefined): Promise<Cursors | undefined> {
    const taken = lease(found, now(), shards);
    return taken && (await store.saveCursors(found, taken)) ? taken : undefined;
  }

  /** Writes down how far the cursors are; undefined if another run has taken them meanwhile. */
  async function keep(cursors: Cursors): Promise<Cursors | undefined> {
    const next = renewed(cursors, now());
    return (await store.saveCursors(cursors, next)) ? next : undefined;
  }

  async function release(cursors: Cursors): Promise<void> {
    await store.saveCursors(cursors, released(cursors, now()));
  }

  async function goOver(move: typeof moved, ...[from, cursor, until, handle, stopAt = Infinity]: Parameters<Walk>) {
    let cursors: Cursors = from;
    let sent = 0;
    try {
      for await (const { entries, reached } of pages(store, from[cursor] ?? [], until, mostShards)) {
        sent += await handle(entries);
        const further = move(cursors, cursor, reached);
        const kept = entries.length === 0 ? further : await keep(further);
        if (kept === undefined) return { cursors: undefined, sent, isThere: false };
        cursors = kept;
        if (now() >= stopAt) return { cursors, sent, isThere: false };
      }
    } catch (error) {
      await release(cursors).catch(() => {});
      throw error;
    }
    return { cursors, sent, isThere: true };
  }

  const stay = (cursors: Cursors) => cursors;

  return {
    take,
    release,
    walk: (...given) => goOver(moved, ...given),
    look: (...given) => goOver(stay, ...given),
  };
}

/**
 * From where each shard stands, a page of several at a time: one after the other they would wait for each other's answers. Those
 * that are furthest behind come first.
 */
export async function* pages(
  store: EventStore,
  from: readonly Position[],
  until: number,
  mostShards: number,
): AsyncGenerator<Pages> {
  const goal = positionAt(until);
  for (let reached = from; ; ) {
    const behind = [...reached.entries()].filter(([, position]) => position > goal).sort(byInstant);
    if (behind.length === 0) return;
    const found = await Promise.all(
      behind.slice(0, mostShards).map(async ([shard, position]) => {
        const page = await store.entries(shard, position, until);
        return { shard, ...page };
      }),
    );
    reached = found.reduce((all, page) => all.with(page.shard, page.reached), reached);
    yield { entries: found.flatMap(({ entries }) => entries), reached };
  }
}

/** The larger a position, the earlier. */
function byInstant([, one]: readonly [number, Position], [, other]: readonly [number, Position]): number {
  return one === other ? 0 : one > other ? -1 : 1;
}
