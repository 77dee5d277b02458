import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Table } from './table.ts';

/** After this many milliseconds of reading, whatever else waits for this thread has its turn. */
const LONGEST_TURN = 10;

/**
 * The same table. Where its reads hold up the thread, as those of an embedded database do, whoever reads thousands of items at once would keep
 * every call and every request waiting: so reads that do not fit into one turn of the event loop go on in the next.
 *
 * @param now in milliseconds, from anywhere on
 */
export function tableInTurns(table: Table, now: () => number = () => performance.now()): Table {
  let turnBeganAt: number | undefined;

  /** Whether this turn of the event loop has lasted long enough. It begins with its first read. */
  function isOver(): boolean {
    if (turnBeganAt !== undefined) return now() - turnBeganAt >= LONGEST_TURN;
    turnBeganAt = now();
    setImmediate(() => {
      turnBeganAt = undefined;
    });
    return false;
  }

  return {
    ...table,
    async get(key) {
      while (isOver()) await nextTurn();
      return table.get(key);
    },
    async query(range) {
      while (isOver()) await nextTurn();
      return table.query(range);
    },
  };
}
