import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from '../../core/ports.ts';
import { FLUSHES } from '../../lambdas/runtime/recorder.ts';
import { prices } from '../../lib/prices.ts';
import { type DeployedName, deployedFunctions } from './deployed-functions.ts';
import { seededChance } from './seeded-chance.ts';
import { combined, times, type Usage, usageMeter } from './usage.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
const GIGABYTE = 1_024 ** 3;
const START = Date.parse('2030-01-01T00:00:00Z');

/** Between two events: two in a second, a million in six days. What is counted in memory is written down every ten seconds. */
const PACE = 500;
const EVENTS_IN_TEN_SECONDS = 20;
/** In a load that goes on for days, a process has used up the flushes that it had at first. */
const STEADY = { ...FLUSHES, most: 1 };
/** Of receivers, if nothing else is said. */
const USUAL_CALL = 100;
/** Minutes until the dispatcher's hands go along, and until it has seen that events have finished. */
const SETTLING = 12;
const FOLLOWING = 13;
const IDLE_RUNS = 10;

export type Scenario = {
  readonly name: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  /** How many events come in one request. */
  readonly published?: number;
  /** How many messages a deliverer is handed at once. */
  readonly handed?: number;
  /** How many attempts fail before one succeeds. */
  readonly failures?: number;
  /** How long receivers take, in milliseconds. */
  readonly call?: number;
};

export const scenarios: readonly Scenario[] = [
  { name: 'published one by one' },
  { name: 'published in batches of 100', published: 100, handed: 10 },
  { name: 'delayed by a day', fields: { call_url_after: DAY / SECOND } },
  { name: 'with three attempts', failures: 2 },
  { name: 'with a body of 10 KB', fields: { body: 'x'.repeat(10_000) } },
  { name: 'to receivers that take 5 s, each event alone', call: 5 * SECOND },
  { name: 'to receivers that take 5 s, ten at a time', call: 5 * SECOND, handed: 10 },
];

/**
 * What one event of a scenario uses. The clock is moved and chance is seeded, so it is the same each time.
 *
 * @param by one of the functions alone
 */
export async function usageOfEvent(scenario: Scenario, idleRun: Usage, by?: DeployedName): Promise<Usage> {
  const { published = 1, failures = 0, handed = 1, call = USUAL_CALL, fields = {} } = scenario;
  const events = Math.max(EVENTS_IN_TEN_SECONDS, published);
  const delay = fields.call_url_after === undefined ? 0 : DAY;
  return staged(failures, async ({ functions, meter, pass, minutes }) => {
    await minutes(SETTLING);
    // Made once in the life of a queue, and so no part of what an event uses.
    await functions.ask('manage', 'GET', '/signing-secret');
    const settled = meter.used(by);
    await publishAll();
    pass(delay - (delay && 10 * MINUTE));
    await minutes(delay && 10);
    for (let attempt = 0; attempt <= failures; attempt++) {
      await deliverAll();
      await minutes(1);
    }
    await minutes(FOLLOWING);
    const idleRuns = by === undefined || by === 'dispatch' ? (delay && 10) + failures + 1 + FOLLOWING : 0;
    const ofEvents = combined(meter.used(by), settled, (all, before) => all - before);
    return times(
      combined(ofEvents, idleRun, (all, idle) => all - idleRuns * idle),
      1 / events,
    );

    async function publishAll(): Promise<void> {
      const event = { url_to_send_request: 'https://user.example.com/hook', body: { user: 42 }, ...fields };
      const [path, body] =
        published === 1 ? ['/events', event] : ['/events/batch', { events: Array(published).fill(event) }];
      for (let sent = 0; sent < events; sent += published) {
        await meter.request(() => functions.ask('publish', 'POST', path, body));
        pass(published * PACE);
      }
    }

    async function deliverAll(): Promise<void> {
      const bodies = functions.sent();
      if (bodies.length !== events) throw new Error(`${bodies.length} messages were sent for ${events} events.`);
      for (let from = 0; from < events; from += handed) {
        await meter.batch(bodies.slice(from, from + handed), call);
        pass(handed * PACE);
      }
    }
  });
}

/** What a run of the dispatcher uses when there is nothing to do, and the metrics that it writes. */
export async function idleRun(): Promise<{ readonly used: Usage; readonly metrics: number }> {
  return staged(0, async ({ meter, minutes }) => {
    await minutes(SETTLING);
    const settled = meter.used();
    await minutes(IDLE_RUNS);
    const used = combined(meter.used(), settled, (all, before) => all - before);
    return { used: times(used, 1 / IDLE_RUNS), metrics: meter.metrics() };
  });
}

/** Dollars, by service. */
export function costOf(usage: Usage) {
  return {
    api: usage.apiRequests * prices.apiRequest,
    functions: usage.invocations * prices.invocation + usage.gigabyteSeconds * prices.gigabyteSecond,
    table: usage.writeUnits * prices.writeUnit + usage.readUnits * prices.readUnit,
    queue: usage.queueRequests * prices.queueRequest,
    logs: (usage.loggedBytes / GIGABYTE) * prices.logGigabyte,
  };
}

type Stage = {
  readonly functions: Awaited<ReturnType<typeof deployedFunctions>>;
  readonly meter: ReturnType<typeof usageMeter>;
  /** Moves the clock. */
  pass(milliseconds: number): void;
  /** Runs the dispatcher once in each. */
  minutes(count: number): Promise<void>;
};

/** The deployed functions with a clock of their own, and receivers that fail as often as is said. */
async function staged<Found>(failures: number, run: (stage: Stage) => Promise<Found>): Promise<Found> {
  let clock = START;
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

  function pass(milliseconds: number): void {
    clock += milliseconds;
  }

  async function minutes(count: number): Promise<void> {
    for (let minute = 0; minute < count; minute++) {
      pass(MINUTE);
      await meter.run();
    }
  }

  try {
    return await run({ functions, meter, pass, minutes });
  } finally {
    meter.close();
    await functions.close();
  }
}

/** In the form of a random UUID. */
function idFrom(chance: () => number): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(chance() * 16).toString(16)).join('');
  return digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5');
}
