import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Table } from '../../adapters/table.ts';
import { tableStatistics } from '../../adapters/table-statistics.ts';
import { HOUR, MINUTE, SECOND } from '../../core/durations.ts';
import type { Change } from '../../core/event/change.ts';
import { FLUSHES, withTelemetry } from '../../lambdas/runtime/with-telemetry.ts';
import { type MeteredDatabase, openMeteredDatabase } from '../support/metered-database.ts';
import { queuedEvent } from '../support/sample-event.ts';

const START = Date.parse('2030-01-01T23:30:00Z');
const event = queuedEvent(START);
const accepted: Change = { kind: 'accepted', event };

let database: MeteredDatabase;
let table: Table;
let now: number;

beforeAll(async () => {
  database = await openMeteredDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  now = START;
  table = await database.emptyTable();
});

describe('a process', () => {
  test('writes what it counted at the end of each of 60 invocations', async () => {
    const invoke = processOn(table).counting(accepted);
    for (let n = 1; n <= 60; n++) {
      await invoke();
      expect(await acceptedInTable()).toBe(n);
      now += 64;
    }
  });

  test('writes nothing at the end of the 61st, and all that is left ten seconds after the first', async () => {
    const { counting } = processOn(table);
    for (let n = 0; n < 61; n++) await counting(accepted)();
    now = START + 10 * SECOND - 1;
    await counting(accepted)();
    expect(await acceptedInTable()).toBe(60);
    now = START + 10 * SECOND;
    await counting(accepted)();
    await counting(accepted)();
    expect(await acceptedInTable()).toBe(63);
  });

  test('writes what was left also at the end of an invocation that counts nothing itself', async () => {
    const { counting } = processOn(table);
    for (let n = 0; n < 61; n++) await counting(accepted)();
    now += 10 * SECOND;
    await counting()();
    expect(await acceptedInTable()).toBe(61);
  });

  test('saves no more than 60 flushes, however long it was quiet', async () => {
    const { counting, flushes } = processOn(table);
    for (let n = 0; n < 60; n++) await counting(accepted)();
    now += 2 * HOUR;
    for (let n = 0; n < 100; n++) await counting(accepted)();
    expect(flushes()).toBe(120);
  });

  test('uses no flush in an invocation that counts nothing', async () => {
    const { counting } = processOn(table);
    for (let n = 0; n < 100; n++) await counting()();
    expect(database.metered.calls).toEqual({});
    for (let n = 0; n < 60; n++) await counting(accepted)();
    expect(await acceptedInTable()).toBe(60);
  });

  test('uses a flush for each that fails, and writes its counts with the next', async () => {
    const reported: unknown[] = [];
    let isThrottled = true;
    const put: Table['put'] = (item) => (isThrottled ? Promise.reject(new Error('throttled')) : table.put(item));
    const { counting, flushes } = processOn({ ...table, put }, reported);
    for (let n = 0; n < 59; n++) await counting(accepted)();
    expect([flushes(), reported.length]).toEqual([59, 59]);
    isThrottled = false;
    await counting(accepted)();
    expect(await acceptedInTable()).toBe(60);
    await counting(accepted)();
    expect(flushes()).toBe(60);
  });

  test('writes what an invocation counted that fails', async () => {
    const { wrap, statistics } = processOn(table);
    const failing = wrap(async () => {
      statistics.count(accepted);
      throw new Error('It broke.');
    });
    await expect(failing()).rejects.toThrow('The invocation failed');
    expect(await acceptedInTable()).toBe(1);
  });

  test('goes on gaining flushes when its clock is put back', async () => {
    const { counting, flushes } = processOn(table);
    for (let n = 0; n < 61; n++) await counting(accepted)();
    now -= HOUR;
    await counting(accepted)();
    expect(flushes()).toBe(60);
    now += 10 * SECOND;
    await counting(accepted)();
    expect(flushes()).toBe(61);
  });
});

describe('100 events a second, each published alone and delivered with nine others', () => {
  /** The number of processes that work at once according to docs/scale.md, rounded up. */
  const PUBLISHERS = 3;
  const DELIVERERS = 2;
  const BUDGET = 0.05;

  test('cost 0.05 write units an event at most over their first five minutes, and in each minute after the first', async () => {
    const publishers = Array.from({ length: PUBLISHERS }, () => processOn(table));
    const deliverers = Array.from({ length: DELIVERERS }, () => processOn(table));
    const spent: number[] = [];
    for (let minute = 0; minute < 5; minute++) {
      database.metered.reset();
      for (let n = 0; n < 6_000; n++) {
        now = START + minute * MINUTE + n * 10;
        await publishers[n % PUBLISHERS]?.counting(accepted)();
        if (n % 10 === 9) await deliverers[((n - 9) / 10) % DELIVERERS]?.counting(...tenDelivered(n))();
      }
      spent.push(database.metered.writes / 6_000);
    }
    const [first = 0, ...later] = spent;
    expect(Math.max(...later)).toBeLessThanOrEqual(BUDGET);
    expect((first + later.reduce((sum, one) => sum + one)) / 5).toBeLessThanOrEqual(BUDGET);
    // The first minute costs more than the budget: each process writes 66 flushes of two units each.
    expect(first * 6_000).toBeLessThanOrEqual((PUBLISHERS + DELIVERERS) * 66 * 2);
  });
});

function processOn(ofTable: Table, reported: unknown[] = []) {
  const statistics = tableStatistics(ofTable, () => now);
  let flushes = 0;
  const counts = {
    hasUnwritten: statistics.hasUnwritten,
    flush() {
      flushes++;
      return statistics.flush();
    },
  };
  const nothing = () => {};
  const report = (error: unknown) => void reported.push(error);
  const wrap = withTelemetry({ now: () => now, report, publish: nothing, counts, dropIdle: nothing, flushes: FLUSHES });
  return {
    statistics,
    wrap,
    /** Runs one invocation in which the given changes happen. */
    counting: (...changes: readonly Change[]) => wrap(async () => changes.forEach(statistics.count)),
    flushes: () => flushes,
  };
}

async function acceptedInTable(): Promise<number> {
  const { periods } = await tableStatistics(table, () => now).read('hour');
  return periods.reduce((sum, { counts }) => sum + counts.accepted, 0);
}

function tenDelivered(seed: number): readonly Change[] {
  return Array.from({ length: 10 }, (_, n): readonly Change[] => {
    const [late, duration] = [(seed + n) % 100, ((seed + n) * 37) % 6_000];
    const attempt = { number: 1, startedAt: now, late, duration, outcome: 'answered' } as const;
    const progress = { version: 1, tryCount: 1, attempts: [], finishedAt: now, readableUntil: now };
    return [
      { kind: 'attempted', event, attempt },
      { kind: 'finished', event, progress: { ...progress, status: 'success' } },
    ];
  }).flat();
}
