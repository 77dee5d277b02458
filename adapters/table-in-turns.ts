import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Table } from './table.ts';

/**
 * The reads of one turn of the event loop end after this many milliseconds, so that other work of the thread can run.
 */
const LONGEST_TURN = 10;

/**
 * Returns the same table with reads that are spread over turns of the event loop. The reads of an embedded database
 * block the thread, so a request that reads thousands of items at once would hold up every call and every other
 * request. A read that does not fit into a turn is made in a later one.
 *
 * @param now Milliseconds of a clock that may start at any instant.
 */
export function tableInTurns(table: Table, now: () => number = () => performance.now()): Table {
  let turnBeganAt: number | undefined;

  /**
   * Returns whether the reads of this turn of the event loop have taken their time. The first read of a turn starts the
   * time.
   */
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
