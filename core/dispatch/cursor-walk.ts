import type { Dependencies } from '../dependencies.ts';
import { type Cue, type Page, type Position, positionAt } from '../event/entry.ts';
import type { CursorName, Cursors, EventStore } from '../ports.ts';
import { isOld, lease, moved, released, renewed } from './cursors.ts';

/** The entries and cues of a page of some shards. */
export type Found = Pick<Page, 'entries' | 'cues'>;

/** What was found on a page of some shards, and the positions of all shards behind that page. */
type Pages = Found & { readonly reached: readonly Position[] };

/**
 * Handles what was found before the cursor moves over it, and returns the number of messages that it sent. If the
 * process dies in between, the same is handled again, and nothing is lost.
 */
export type Handle = (found: Found, hasLease: HasLease) => Promise<number>;

/**
 * Resolves with whether this run still has the lease, after it has renewed a lease that would end soon. A handler that
 * may take long asks between its parts, and does no more when it is false. Otherwise the next run would take the lease
 * and begin the same page again, and so would every run after that.
 */
export type HasLease = () => Promise<boolean>;

/**
 * The end of a walk. `cursors` is undefined if another run took the lease; `isThere` is false if that happened or the
 * time was over before the cursor reached its goal.
 */
export type Walked = { readonly cursors: Cursors | undefined; readonly sent: number; readonly isThere: boolean };

/**
 * Moves a cursor on, page by page, to the instant `until`. No page is begun at the instant `stopAt` or later, after the
 * first.
 */
type Walk = (from: Cursors, cursor: CursorName, until: number, handle: Handle, stopAt?: number) => Promise<Walked>;

export type CursorWalk = {
  /**
   * Takes the lease, and resolves with the cursors. Resolves with undefined if another run has the lease, or takes it
   * at the same moment.
   */
  take(found: Cursors | undefined): Promise<Cursors | undefined>;
  /**
   * Gives the lease back, also after a run that failed, so that the next run need not wait until the lease has ended.
   */
  release(cursors: Cursors): Promise<void>;
  /** Moves a cursor, and writes the cursors after each page that held anything. */
  readonly walk: Walk;
  /** Does the same as `walk` with what is beyond a cursor, but leaves the cursor where it is. */
  readonly look: Walk;
};

type CursorWalkDependencies = Pick<Dependencies, 'store' | 'now' | 'shards'>;

/** @param mostShards The number of shards that are read at the same time. */
export function cursorWalk({ store, now, shards }: CursorWalkDependencies, mostShards: number): CursorWalk {
  async function take(found: Cursors | undefined): Promise<Cursors | undefined> {
    const taken = lease(found, now(), shards);
    return taken && (await store.saveCursors(found, taken)) ? taken : undefined;
  }

  /** Writes the cursors with a new lease, and returns them. Undefined if another run has taken the lease meanwhile. */
  async function save(cursors: Cursors): Promise<Cursors | undefined> {
    const next = renewed(cursors, now());
    return (await store.saveCursors(cursors, next)) ? next : undefined;
  }

  async function release(cursors: Cursors): Promise<void> {
    await store.saveCursors(cursors, released(cursors, now()));
  }

  async function goOver(move: typeof moved, ...[from, cursor, until, handle, stopAt = Infinity]: Parameters<Walk>) {
    const held = heldLease(from);
    let sent = 0;
    try {
      for await (const { reached, ...found } of pages(store, from[cursor] ?? [], until, mostShards)) {
        sent += await handle(found, held.hasLease);
        await held.change((cursors) => move(cursors, cursor, reached), isEmpty(found));
        if (held.cursors() === undefined || now() >= stopAt) return { cursors: held.cursors(), sent, isThere: false };
      }
    } catch (error) {
      await held.giveBack();
      throw error;
    }
    return { cursors: held.cursors(), sent, isThere: true };
  }

  /** The cursors of a run for as long as it has the lease. They are undefined as soon as another run has taken it. */
  function heldLease(taken: Cursors) {
    let held: Cursors | undefined = taken;
    return {
      cursors: () => held,

      async hasLease() {
        if (held !== undefined && isOld(held, now())) held = await save(held);
        return held !== undefined;
      },

      /** Changes the cursors, and writes them unless the page was empty. */
      async change(to: (cursors: Cursors) => Cursors, isPageEmpty: boolean) {
        const further = held && to(held);
        held = further && !isPageEmpty ? await save(further) : further;
      },

      async giveBack() {
        if (held !== undefined) await release(held).catch(() => {});
      },
    };
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
 * Reads the entries and cues behind the given positions, up to an instant. Each page is read from several shards at the same
 * time, so that the shards do not wait for each other's answers. The shards that are furthest behind come first.
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
    yield { entries: found.flatMap(({ entries }) => entries), cues: inTurn(found.map(({ cues }) => cues)), reached };
  }
}

/**
 * The cues of several shards, one of each shard in turn. Otherwise those that are followed together would all write to
 * the partition of one shard, which takes 1,000 write units a second, while the other partitions rest.
 */
function inTurn(cuesOfShards: readonly (readonly Cue[])[]): readonly Cue[] {
  const most = Math.max(...cuesOfShards.map(({ length }) => length));
  return Array.from({ length: most }, (_, index) =>
    cuesOfShards.flatMap((cues) => cues.slice(index, index + 1)),
  ).flat();
}

function isEmpty({ entries, cues }: Found): boolean {
  return entries.length === 0 && cues.length === 0;
}

/** Sorts earlier positions first. Larger positions are earlier. */
function byInstant([, one]: readonly [number, Position], [, other]: readonly [number, Position]): number {
  return one === other ? 0 : one > other ? -1 : 1;
}
