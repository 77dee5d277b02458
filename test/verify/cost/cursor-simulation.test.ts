import { expect, test } from '@jest/globals';
import { simulateCursors } from '../../../verify/cost/cursor-simulation.ts';

/** A dispatcher that is busy for more than half of each minute. */
const busy = { shards: 4, processor: 0.0138 };

test('none is late, although most of a minute passes in sending and auditing', async () => {
  const { sent, late } = await simulateCursors({ ...busy, perSecond: 100, seconds: 840, minutes: 16 });
  expect(sent).toBe(100 * 840);
  expect([...late]).toEqual([[0, sent]]);
});

test('what is to be audited after the dispatcher stood still does not hold back what comes due', async () => {
  const { sent, waiting } = await simulateCursors({
    ...busy,
    perSecond: 75,
    seconds: 2_000,
    stopped: 10,
    minutes: 35,
  });
  expect(sent).toBe(75 * 2_000);
  expect(Math.max(...waiting)).toBeGreaterThan(75 * 60 * 8);
  expect(waiting.findLastIndex((count) => count > 0)).toBeLessThan(20);
});

test('ten minutes of events that came due meanwhile are sent once each', async () => {
  const { sent, waiting } = await simulateCursors({
    shards: 16,
    processor: 0.15,
    perSecond: 150,
    seconds: 600,
    stopped: 10,
    minutes: 13,
  });
  expect(sent).toBe(150 * 600);
  expect(waiting.at(-1)).toBe(0);
});
