import { setTimeout as sleep } from 'node:timers/promises';
import { parseMessageText } from '../../adapters/sqs-due-queue.ts';
import { MINUTE, SECOND } from '../../core/durations.ts';
import type { Caller } from '../../core/ports.ts';
import { FLUSHES } from '../../lambdas/runtime/with-telemetry.ts';
import { deployedFunctions } from '../shared/deployed-functions.ts';
import { seededChance } from '../shared/seeded-chance.ts';
import { usageMeter } from './usage.ts';

const START = Date.parse('2030-01-01T00:00:00Z');
/** Leaves a process one flush, because under a load of days it has used up the flushes that it had at first. */
const STEADY = { ...FLUSHES, most: 1 };

/** A message on the due queue. `at` is the instant of its attempt, and SQS hands it over from `visibleAt` on. */
export type StagedMessage = { readonly body: string; readonly at: number; readonly visibleAt: number };

export type CostStage = {
  readonly functions: Awaited<ReturnType<typeof deployedFunctions>>;
  readonly meter: ReturnType<typeof usageMeter>;
  now(): number;
  /** Moves the clock on to an instant, and runs the dispatcher at each whole minute on the way. */
  passTo(instant: number): Promise<void>;
  /** Returns how often the dispatcher has run. */
  runs(): number;
  /** Returns the messages that were sent since the last call of this function. */
  takeMessages(): readonly StagedMessage[];
};

/**
 * Runs `run` with the deployed functions on a clock that it moves itself, and closes the functions afterwards.
 *
 * @param failures the number of attempts of each event that are answered with 500 before one is answered with 200
 */
export async function staged<Found>(failures: number, run: (stage: CostStage) => Promise<Found>): Promise<Found> {
  let clock = START;
  let runs = 0;
  let messages: StagedMessage[] = [];
  const chance = seededChance(1);
  const call: Caller = async (_, attempt) => ({
    outcome: 'answered',
    answer: {
      statusCode: attempt > failures ? 200 : 500,
      headers: [],
      body: new TextEncoder().encode('OK'),
      truncated: false,
    },
  });
  const functions = await deployedFunctions({
    now: () => clock,
    sleep,
    call,
    flushes: STEADY,
    random: chance,
    newId: () => idFrom(chance),
  });
  const meter = usageMeter(functions);

  async function passTo(instant: number): Promise<void> {
    for (let minute = nextMinute(clock); minute <= instant; minute = nextMinute(minute)) {
      collect();
      clock = minute;
      await meter.run();
      runs++;
    }
    collect();
    clock = Math.max(clock, instant);
  }

  /** Must run before the clock moves, because SQS counts a delay from the instant at which it gets the message. */
  function collect(): void {
    for (const { body, delaySeconds } of functions.sentMessages()) {
      messages.push({ body, at: parseMessageText(body).at, visibleAt: clock + delaySeconds * SECOND });
    }
  }

  function takeMessages(): readonly StagedMessage[] {
    collect();
    const taken = messages;
    messages = [];
    return taken;
  }

  try {
    return await run({ functions, meter, now: () => clock, passTo, runs: () => runs, takeMessages });
  } finally {
    meter.close();
    await functions.close();
  }
}

function nextMinute(instant: number): number {
  return (Math.floor(instant / MINUTE) + 1) * MINUTE;
}

/** Returns an id in the form of a random UUID. */
function idFrom(chance: () => number): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(chance() * 16).toString(16)).join('');
  return digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5');
}
