import { expect, test } from '@jest/globals';
import { simulateCursors } from '../../../verify/cost/cursor-simulation.ts';

test('no message is late although sending and auditing take most of each minute', async () => {
  const { sent, late } = await simulateCursors({
    shards: 4,
    processor: 0.0138,
    perSecond: 100,
    seconds: 840,
    minutes: 16,
  });
  expect(sent).toBe(100 * 840);
  expect([...late]).toEqual([[0, sent]]);
});

test('events that wait for their audit after the dispatcher stood still do not hold back those that come due', async () => {
  const { sent, waiting } = await simulateCursors({
    shards: 4,
    processor: 0.0275,
    perSecond: 150,
    seconds: 2_000,
    stopped: 10,
    minutes: 35,
  });
  expect(sent).toBe(150 * 2_000);
  expect(Math.max(...waiting)).toBeGreaterThan(150 * 60 * 8);
  expect(waiting.findLastIndex((count) => count > 0)).toBeLessThan(20);
});

test('the events of ten minutes without a dispatcher are sent once each', async () => {
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
