import { beforeAll, describe, expect, test } from '@jest/globals';
import { idleRun, scenarios, sharesOfEvent } from '../../../verify/cost/cost.ts';
import type { Usage } from '../../../verify/cost/usage.ts';

/** The largest rounding error of an amount that is added up and divided. */
const ROUNDING = 1e-9;

let idle: Usage;

beforeAll(async () => {
  ({ used: idle } = await idleRun());
});

describe.each(scenarios)('an event $name', (scenario) => {
  test('takes nothing away from what any function uses without it', async () => {
    const shares = Object.entries(await sharesOfEvent(scenario, idle));
    const negative = shares.flatMap(([name, usage]) =>
      Object.entries(usage)
        .filter(([, amount]) => amount < -ROUNDING)
        .map(([what, amount]) => `${name}: ${amount} ${what}`),
    );
    expect(negative).toEqual([]);
  });
});

test('a deliverer waits 0.4 s on average for an event that is due at any part of a second, and is billed for it', async () => {
  const { deliver: delayed } = await sharesOfEvent({ name: 'delayed', fields: { call_url_after: 600 } }, idle);
  const { deliver: atOnce } = await sharesOfEvent({ name: 'at once' }, idle);
  expect([delayed.waitedMilliseconds, atOnce.waitedMilliseconds]).toEqual([405, 0]);
  expect(delayed.billedMilliseconds - atOnce.billedMilliseconds).toBeCloseTo(405);
});
