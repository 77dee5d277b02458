import { beforeAll, expect, test } from '@jest/globals';
import { idleRun, sharesOfEvent } from '../../../verify/cost/cost.ts';
import type { Usage } from '../../../verify/cost/usage.ts';

let idle: Usage;

beforeAll(async () => {
  ({ used: idle } = await idleRun());
});

test('a usage that is less with events than without them is refused', async () => {
  const tooMuch = { ...idle, loggedBytes: 2 * idle.loggedBytes };
  await expect(sharesOfEvent({ name: 'at once' }, tooMuch)).rejects.toThrow('loggedBytes from dispatch');
});

test('a deliverer waits 0.4 s on average for an event that is due at any part of a second, and is billed for it', async () => {
  const { deliver: delayed } = await sharesOfEvent({ name: 'delayed', fields: { call_url_after: 600 } }, idle);
  const { deliver: atOnce } = await sharesOfEvent({ name: 'at once' }, idle);
  expect([delayed.waitedMilliseconds, atOnce.waitedMilliseconds]).toEqual([405, 0]);
  expect(delayed.billedMilliseconds - atOnce.billedMilliseconds).toBeCloseTo(405);
});
