import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { HOUR } from '../../core/durations.ts';
import { deployedFunctions } from '../../verify/shared/deployed-functions.ts';
import { captureLines } from '../support/captured-lines.ts';
import { answered } from '../support/sample-event.ts';

const BURST = 60;
/** The time from one event of the burst to the next, in milliseconds. The whole burst takes 3.8 s. */
const PACE = 64;

let functions: Awaited<ReturnType<typeof deployedFunctions>>;
let captured: ReturnType<typeof captureLines>;
let now = Date.parse('2030-01-01T00:10:00Z');

beforeAll(async () => {
  captured = captureLines();
  functions = await deployedFunctions({ now: () => now, sleep, call: async () => answered(200) });
});
afterAll(async () => {
  await functions.close();
  captured.restore();
});

test('a burst of 60 events after a quiet spell is counted at once, and so is the next one an hour later', async () => {
  await burst();
  expect(await counted()).toEqual({ accepted: 60, answered: 60, succeeded: 60 });
  now += HOUR;
  await burst();
  expect(await counted()).toEqual({ accepted: 60, answered: 60, succeeded: 60 });
});

/** Publishes each event in a request of its own, and delivers it in an invocation of its own. */
async function burst(): Promise<void> {
  for (let n = 0; n < BURST; n++) {
    await functions.ask('publish', 'POST', '/events', { url_to_send_request: 'https://user.example.com/' });
    await functions.deliver(functions.sent());
    now += PACE;
  }
}

/** The counts that /stats shows for the last hour. */
async function counted() {
  const answer = await functions.ask('read', 'GET', '/stats');
  const { periods } = answer as unknown as { readonly periods: readonly ShownPeriod[] };
  const sum = (of: (period: ShownPeriod) => number) => periods.reduce((total, period) => total + of(period), 0);
  return {
    accepted: sum(({ accepted }) => accepted),
    answered: sum(({ attempts }) => attempts.answered),
    succeeded: sum(({ succeeded }) => succeeded),
  };
}

type ShownPeriod = {
  readonly accepted: number;
  readonly succeeded: number;
  readonly attempts: { readonly answered: number };
};
