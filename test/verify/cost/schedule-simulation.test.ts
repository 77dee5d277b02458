import { expect, test } from '@jest/globals';
import { simulateSchedules } from '../../../verify/cost/schedule-simulation.ts';

test('each of 400 schedules of one minute has its run at each instant, whose message is sent ahead', async () => {
  const seen = await simulateSchedules({ schedules: 400, shards: 4, instants: 2 });
  expect(seen.map(({ sent }) => sent)).toEqual([400, 400]);
  expect(Math.max(...seen.map(({ lastSentAfter }) => lastSentAfter))).toBeLessThan(0);
});
