import { expect, test } from '@jest/globals';
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

test('work is done once, however often its call comes', async () => {
  const marks = mapMarks();
  let done = 0;
  for (const _ of [1, 2, 3]) expect(await doOnce('id', marks, () => ++done)).toBe(200);
  expect(await doOnce('other', marks, () => ++done)).toBe(200);
  expect(done).toBe(2);
});

test('a call is answered 503 while its work is under way, and 200 once it is done', async () => {
  const marks = mapMarks();
  const { promise, resolve } = Promise.withResolvers<void>();
  const first = doOnce('id', marks, () => promise);
  expect(await doOnce('id', marks, () => expect(true).toBe(false))).toBe(503);
  resolve();
  expect(await first).toBe(200);
  expect(await doOnce('id', marks, () => expect(true).toBe(false))).toBe(200);
});

test('work that failed is done again by the next attempt', async () => {
  const marks = mapMarks();
  const fails = () => Promise.reject(new Error('no space'));
  await expect(doOnce('id', marks, fails)).rejects.toThrow('no space');
  expect(await doOnce('id', marks, () => 'done')).toBe(200);
});
