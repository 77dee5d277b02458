import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from '@jest/globals';
import { doOnce, type Marks } from '../../receiver/receiver.ts';

/** Marks as a receiver could have them for a test of its own. */
function mapMarks(): Marks {
  const marks = new Map<string, 'begun' | 'done'>();
  return {
    async begin(id) {
      const before = marks.get(id);
      if (before === undefined) marks.set(id, 'begun');
      return before ?? 'new';
    },
    finish: async (id) => marks.set(id, 'done'),
    forget: async (id) => marks.delete(id),
  };
}

const TABLE_MARKS = new URL('../../docs/receivers/table-marks.mjs', import.meta.url).href;

describe.each<[string, () => Promise<Marks>]>([
  ['a map', async () => mapMarks()],
  ['the table of the example', async () => (await import(TABLE_MARKS)).tableMarks(new DatabaseSync(':memory:'))],
])('with %s', (_, openMarks) => {
  test('work is done once, however often its call comes', async () => {
    const marks = await openMarks();
    let done = 0;
    for (const _ of [1, 2, 3]) expect(await doOnce('id', marks, () => ++done)).toBe(200);
    expect(await doOnce('other', marks, () => ++done)).toBe(200);
    expect(done).toBe(2);
  });

  test('a call is answered 503 while its work is under way, and 200 once it is done', async () => {
    const marks = await openMarks();
    const { promise, resolve } = Promise.withResolvers<void>();
    const first = doOnce('id', marks, () => promise);
    expect(await doOnce('id', marks, () => expect(true).toBe(false))).toBe(503);
    resolve();
    expect(await first).toBe(200);
    expect(await doOnce('id', marks, () => expect(true).toBe(false))).toBe(200);
  });

  test('work that failed is done again by the next attempt', async () => {
    const marks = await openMarks();
    const fails = () => Promise.reject(new Error('no space'));
    await expect(doOnce('id', marks, fails)).rejects.toThrow('no space');
    expect(await doOnce('id', marks, () => 'done')).toBe(200);
  });

  test('of calls at the same moment, one does the work', async () => {
    const marks = await openMarks();
    let done = 0;
    const work = async () => void done++;
    const statuses = await Promise.all(Array.from({ length: 10 }, () => doOnce('id', marks, work)));
    expect([done, statuses.filter((status) => status === 200).length]).toEqual([1, 1]);
  });
});
