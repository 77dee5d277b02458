import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Table } from '../../adapters/table.ts';
import { tableStatistics } from '../../adapters/table-statistics.ts';
import { HOUR, MINUTE, SECOND } from '../../core/durations.ts';
import type { Change } from '../../core/event/change.ts';
import type { Attempt } from '../../core/event/progress.ts';
import type { StatisticsRange } from '../../core/ports.ts';
import { noCounts, quantile } from '../../core/statistics.ts';
import { type MeteredDatabase, openMeteredDatabase } from '../support/metered-database.ts';
import { queuedEvent } from '../support/sample-event.ts';

const START = Date.parse('2030-01-01T23:30:00Z');
const event = queuedEvent(START);
const accepted: Change = { kind: 'accepted', event };

let database: MeteredDatabase;
let table: Table;
let now = START;
const clock = () => now;

beforeAll(async () => {
  database = await openMeteredDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  now = START;
  table = await database.emptyTable();
});

describe('statistics', () => {
  test('of an hour are complete although something is counted while they are written', async () => {
    now = START + 29 * MINUTE + 59 * SECOND;
    const { promise: goOn, resolve: letGoOn } = Promise.withResolvers<void>();
    const slow: Table = { ...table, put: (item) => goOn.then(() => table.put(item)) };
    const statistics = tableStatistics(slow, clock);
    for (let count = 0; count < 3; count++) statistics.count(accepted);
    const flushed = statistics.flush();
    statistics.count(accepted);
    now = START + 30 * MINUTE;
    letGoOn();
    await flushed;
    await statistics.flush();
    const counts = (await periodsIn('day')).map((period) => period.counts.accepted);
    expect(counts.slice(-2)).toEqual([4, 0]);
  });

  test('count what happens, minute by minute of the last hour and hour by hour of the last day', async () => {
    const statistics = tableStatistics(table, clock);
    for (const at of [0, 10 * SECOND, 5 * MINUTE, 59 * MINUTE]) {
      now = START + at;
      statistics.count(accepted);
      await statistics.flush();
    }
    const { periods: hour } = await statistics.read('hour');
    expect(hour).toHaveLength(60);
    expect(
      hour
        .filter(({ counts }) => counts.accepted > 0)
        .map(({ startedAt, counts }) => [startedAt - START, counts.accepted]),
    ).toEqual([
      [0, 2],
      [5 * MINUTE, 1],
      [59 * MINUTE, 1],
    ]);
    const { periods: day } = await statistics.read('day');
    expect(day).toHaveLength(24);
    expect(day.slice(-2).map(({ startedAt, counts }) => [startedAt - START, counts.accepted])).toEqual([
      [-30 * MINUTE, 3],
      [30 * MINUTE, 1],
    ]);
    now = START + 60 * MINUTE;
    expect(
      (await statistics.read('hour')).periods.map(({ counts }) => counts.accepted).reduce((one, other) => one + other),
    ).toBe(2);
  });

  test('distinguish outcomes and ends, and have the lateness and the duration of attempts', async () => {
    const statistics = tableStatistics(table, clock);
    for (let n = 1; n <= 100; n++) statistics.count(attempted({ late: n, duration: 10 * n }));
    statistics.count(attempted({ outcome: 'timed_out', late: 0, duration: 5_000 }));
    for (const status of ['success', 'success', 'failed', 'cancelled'] as const) statistics.count(finished(status));
    await statistics.flush();
    const { counts } = (await periodsIn('hour')).at(-1) ?? { counts: noCounts };
    expect(counts).toMatchObject({
      attempts: { answered: 100, timed_out: 1 },
      succeeded: 2,
      failed: 1,
      cancelled: 1,
    });
    for (const [share, value] of [
      [0.5, 500],
      [0.95, 950],
      [0.99, 1_000],
    ] as const) {
      expect((quantile(counts.duration, share) ?? 0) / value).toBeGreaterThan(0.94);
      expect((quantile(counts.duration, share) ?? 0) / value).toBeLessThan(1.06);
    }
    expect(quantile({}, 0.5)).toBeUndefined();
  });

  test('are stored by the names that the version before knows', async () => {
    const statistics = tableStatistics(table, clock);
    statistics.count(finished('failed'));
    await statistics.flush();
    const range = { pk: 'stats#2030-01-01', from: 'minute#', to: 'minute#~', attributes: ['exhausted'], limit: 10 };
    const { items } = await table.query({ ...range, ascending: true });
    expect(items).toMatchObject([{ exhausted: 1 }]);
  });

  test('of several processes are added up, with what this one has not written yet', async () => {
    const [one, other] = [tableStatistics(table, clock), tableStatistics(table, clock)];
    for (const statistics of [one, other]) {
      statistics.count(accepted);
      await statistics.flush();
      statistics.count(accepted);
    }
    expect((await one.read('hour')).periods.at(-1)?.counts.accepted).toBe(3);
    await other.flush();
    expect((await one.read('hour')).periods.at(-1)?.counts.accepted).toBe(4);
  });

  test('that could not be written are written the next time', async () => {
    let broken = true;
    const put: Table['put'] = (item) => (broken ? Promise.reject(new Error('throttled')) : table.put(item));
    const statistics = tableStatistics({ ...table, put }, clock);
    statistics.count(accepted);
    await expect(statistics.flush()).rejects.toThrow('throttled');
    now += 2 * HOUR;
    broken = false;
    await statistics.flush();
    const day = await periodsIn('day');
    expect(day.map(({ counts }) => counts.accepted).reduce((one, other) => one + other)).toBe(1);
  });

  test('cost 0.05 write units an event at most, at 100 events a second and a flush every 10 s', async () => {
    const statistics = tableStatistics(table, clock);
    const seconds = 300;
    for (let second = 0; second < seconds; second++) {
      now = START + second * SECOND;
      for (let n = 0; n < 100; n++) {
        statistics.count(accepted);
        statistics.count(attempted({ late: n % 30, duration: (n * 37) % 6_000 }));
        statistics.count(finished('success'));
      }
      if (second % 10 === 9) await statistics.flush();
    }
    expect(database.metered.writes / (100 * seconds)).toBeLessThanOrEqual(0.05);
    expect(database.metered.calls).toEqual({ BatchWriteItem: seconds / 10 });
  });

  test('of hosts are added up over processes and periods, with the latest error', async () => {
    const [one, other] = [tableStatistics(table, clock), tableStatistics(table, clock)];
    const at = (host: string) => queuedEvent(START, { url: `https://${host}/path?token=1` });
    one.count(attempted({}, at('well.example')));
    one.count(attempted({ statusCode: 503, startedAt: START, duration: 20 }, at('bad.example:8443')));
    one.count({ ...finished('failed'), event: at('bad.example:8443') });
    await one.flush();
    now += MINUTE;
    other.count(attempted({ outcome: 'unreachable', error: 'x'.repeat(500), startedAt: now }, at('bad.example:8443')));
    other.count(attempted({ outcome: 'unreachable', error: 'y', startedAt: now - 1 }, at('bad.example:8443')));
    other.count(accepted);
    other.count({ ...finished('success'), event: at('well.example') });
    await other.flush();
    const { hosts } = await tableStatistics(table, clock).read('hour');
    expect(hosts).toEqual(
      new Map([
        ['well.example', { succeededAttempts: 1, failedAttempts: 0, failedEvents: 0 }],
        [
          'bad.example:8443',
          {
            succeededAttempts: 0,
            failedAttempts: 3,
            failedEvents: 1,
            lastError: { at: now, outcome: 'unreachable', error: 'x'.repeat(100) },
          },
        ],
      ]),
    );
  });

  test('tell 50 hosts apart in a period, however many there are and however often they are written', async () => {
    const statistics = tableStatistics(table, clock);
    for (let flush = 0; flush < 3; flush++) {
      for (let n = 0; n < 1_000; n++)
        statistics.count(attempted({}, queuedEvent(START, { url: `https://${flush * 1_000 + n}.example/` })));
      await statistics.flush();
    }
    for (const range of ['hour', 'day'] as const) {
      const { hosts } = await tableStatistics(table, clock).read(range);
      expect([hosts.size, hosts.get('')?.succeededAttempts]).toEqual([51, 2_950]);
      expect([...hosts.keys()]).toEqual(expect.arrayContaining(['0.example', '49.example']));
    }
  });

  describe('of thousands of processes, each with 50 hosts of its own,', () => {
    const counted = { accepted: 1, attempts: {}, succeeded: 0, exhausted: 0, cancelled: 0, late: {}, duration: {} };
    const itemOf = (process: number) => ({
      pk: 'stats#2030-01-01',
      sk: `minute#2030-01-01T23:30Z#${String(process).padStart(5, '0')}`,
      ...counted,
      hosts: Array.from({ length: 50 }, (_, n) => [`${n}.${process}.example`, 0, process, 0]),
    });

    /** Reads the statistics of processes with the numbers 1 to `count`, in pages of 100. */
    async function readThoseOf(count: number) {
      let pages = 0;
      const query: Table['query'] = async ({ from }) => {
        await nextTurn();
        pages += 1;
        const last = Number(from.split('#')[2]) || count;
        const items = Array.from({ length: Math.min(last, 101) }, (_, n) => itemOf(last - n));
        return { items, isLast: last <= 101 };
      };
      return { ...(await tableStatistics({ ...table, query }, clock).read('hour')), pages: () => pages };
    }

    test('are added up, and those that fail most keep their names', async () => {
      const { periods, hosts, complete } = await readThoseOf(2_001);
      const failures = [...hosts.values()].reduce((sum, { failedAttempts }) => sum + failedAttempts, 0);
      expect([periods.at(-1)?.counts.accepted, failures, complete]).toEqual([2_001, 50 * 1_001 * 2_001, true]);
      expect(hosts.size).toBeLessThanOrEqual(2_001);
      expect(hosts.get('49.2001.example')?.failedAttempts).toBe(2_001);
    }, 20_000);

    test('are read up to a limit, the latest first, and say so', async () => {
      const { periods, complete, pages } = await readThoseOf(20_000);
      expect([periods.at(-1)?.counts.accepted, complete, pages()]).toEqual([10_001, false, 100]);
    }, 20_000);
  });

  test('of a host whose name is that of a property of objects are counted like others', async () => {
    const statistics = tableStatistics(table, clock);
    statistics.count(attempted({}, queuedEvent(START, { url: 'http://__proto__/' })));
    await statistics.flush();
    const { hosts } = await tableStatistics(table, clock).read('hour');
    expect([...hosts.keys()]).toEqual(['__proto__']);
  });

  test('of the version before, which counts no hosts, are read', async () => {
    const item = { pk: 'stats#2030-01-01', sk: 'minute#2030-01-01T23:30Z#before', format: 1, expires_at: 2e9 };
    await table.put({
      ...item,
      accepted: 4,
      attempts: {},
      succeeded: 0,
      exhausted: 1,
      cancelled: 0,
      late: {},
      duration: {},
    });
    const { periods, hosts } = await tableStatistics(table, clock).read('hour');
    expect(periods.at(-1)?.counts).toMatchObject({ accepted: 4, failed: 1 });
    expect(hosts.size).toBe(0);
  });

  test('cost 0.05 write units an event at most, although 50 hosts with the longest names fail', async () => {
    const statistics = tableStatistics(table, clock);
    const name = (n: number) => `${n}.${Array(4).fill('x'.repeat(61)).join('.')}`.slice(0, 253);
    const failures = Array.from({ length: 60 }, (_, n) =>
      attempted({ outcome: 'unreachable', error: 'ü'.repeat(100) }, queuedEvent(START, { url: `https://${name(n)}/` })),
    );
    const seconds = 60;
    for (let second = 0; second < seconds; second++) {
      now = START + second * SECOND;
      for (let n = 0; n < 100; n++) {
        statistics.count(accepted);
        statistics.count(failures[n % 60] as Change);
      }
      if (second % 10 === 9) await statistics.flush();
    }
    expect(database.metered.writes / (100 * seconds)).toBeLessThanOrEqual(0.05);
  });

  test('cost nothing while nothing happens', async () => {
    const statistics = tableStatistics(table, clock);
    await statistics.flush();
    expect(database.metered.calls).toEqual({});
  });
});

async function periodsIn(range: StatisticsRange) {
  return (await tableStatistics(table, clock).read(range)).periods;
}

function attempted(attempt: Partial<Attempt>, called = event): Change {
  const answered = attempt.outcome === undefined ? { statusCode: 200 } : {};
  return {
    kind: 'attempted',
    event: called,
    attempt: { number: 1, startedAt: START, late: 0, duration: 0, outcome: 'answered', ...answered, ...attempt },
  };
}

function finished(status: 'success' | 'failed' | 'cancelled'): Change {
  const progress = { status, version: 1, tryCount: 1, attempts: [], finishedAt: START, readableUntil: START };
  return { kind: 'finished', event, progress };
}
