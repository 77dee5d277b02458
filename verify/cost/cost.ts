import { DAY, HOUR, MINUTE, SECOND } from '../../core/durations.ts';
import { prices } from '../../lib/prices.ts';
import { type DeployedName, deployedNames } from '../shared/deployed-functions.ts';
import { type CostStage, type StagedMessage, staged } from './cost-stage.ts';
import { combined, nothing, times, type Usage } from './usage.ts';

const GIGABYTE = 1_024 ** 3;

/** The milliseconds between two events: two events a second, or a million in six days. */
const PACE = 500;
/** The number of events in ten seconds, after which a function writes what it has counted in memory to the table. */
const EVENTS_IN_TEN_SECONDS = 20;
/** The milliseconds that a receiver takes to answer by default. */
const USUAL_CALL = 100;
/** The minutes until both cursors of the dispatcher are up to date. */
const SETTLING = 12;
/** The minutes until the audit cursor has passed the events. */
const FOLLOWING = 13;
const IDLE_RUNS = 10;
/** The time from the making of a schedule to its first run, so long that only the dispatcher makes this run. */
const BEFORE_FIRST_RUN = 10 * MINUTE;
/** The largest rounding error of an amount that is added up and divided. */
const ROUNDING = 1e-9;

export type Scenario = {
  readonly name: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  /** The number of events in one request. The default is 1. */
  readonly published?: number;
  /** The number of messages in one batch of a deliverer. The default is 1. */
  readonly handed?: number;
  /** The number of attempts that fail before one succeeds. The default is 0. */
  readonly failures?: number;
  /** The number of callbacks that each event has. The default is 0. */
  readonly callbacks?: number;
  /** Whether each event is the run of a schedule that was made before, instead of being published. */
  readonly isRun?: boolean;
  /** The milliseconds that a receiver takes to answer. The default is 100. */
  readonly call?: number;
};

export const scenarios: readonly Scenario[] = [
  { name: 'published one by one' },
  { name: 'published in batches of 100', published: 100, handed: 10 },
  // A delay of ten minutes costs as much as one of a day, because no run of the dispatcher reads an event long before
  // it is due.
  { name: 'delayed by a day', fields: { call_url_after: (10 * MINUTE) / SECOND } },
  { name: 'with three attempts', failures: 2 },
  { name: 'with a callback', fields: { callback_url: 'https://user.example.com/result' }, callbacks: 1 },
  { name: 'made by a schedule', isRun: true },
  { name: 'with a body of 10 KB', fields: { body: 'x'.repeat(10_000) } },
  { name: 'to receivers that take 4 s, each event alone', call: 4 * SECOND },
  { name: 'to receivers that take 4 s, ten at a time', call: 4 * SECOND, handed: 10 },
];

/**
 * Resolves with what one event of a scenario uses. Every run gives the same result, because the clock is simulated and
 * chance is seeded.
 *
 * @param by the function whose usage is wanted; that of all functions by default
 */
export async function usageOfEvent(scenario: Scenario, idleRun: Usage, by?: DeployedName): Promise<Usage> {
  const shares = await sharesOfEvent(scenario, idleRun);
  return by === undefined ? sumOfShares(shares) : shares[by];
}

type Shares = Readonly<Record<DeployedName, Usage>>;

export function sumOfShares(shares: Shares): Usage {
  return Object.values(shares).reduce((one, other) => combined(one, other, (a, b) => a + b), nothing);
}

/**
 * Resolves with what each function uses for one event of a scenario. The share of the dispatcher is what its runs use
 * beyond idle runs, because it runs every minute also when there are no events. No share is negative.
 */
export async function sharesOfEvent(scenario: Scenario, idleRun: Usage): Promise<Shares> {
  const { published = 1, failures = 0, callbacks = 0, isRun = false } = scenario;
  const events = Math.max(EVENTS_IN_TEN_SECONDS, published);
  return staged(failures, async (stage) => {
    const { functions, meter, runs } = stage;
    await minutes(stage, SETTLING);
    // The signing secret is made before anything is counted: it is made once in the life of a queue, and not for each
    // event.
    await functions.ask('manage', 'GET', '/signing-secret');
    if (isRun) await makeSchedules(stage, scenario, events, BEFORE_FIRST_RUN);
    const settled = Object.fromEntries(deployedNames.map((name) => [name, meter.used(name)]));
    const settledRuns = runs();
    if (!isRun) await publishAll(stage, scenario, events);
    for (let round = 0; round <= failures + callbacks; round++) await deliverAll(stage, scenario, events);
    await minutes(stage, FOLLOWING);
    const idle = times(idleRun, runs() - settledRuns);
    return sharesOf((name) => {
      const used = differenceOf(meter.used(name), settled[name] ?? nothing);
      return positive(times(name === 'dispatch' ? differenceOf(used, idle) : used, 1 / events), name);
    });
  });
}

async function publishAll(
  { functions, meter, now, passTo }: CostStage,
  scenario: Scenario,
  events: number,
): Promise<void> {
  const { published = 1 } = scenario;
  const event = eventOf(scenario);
  const [path, body] =
    published === 1 ? ['/events', event] : ['/events/batch', { events: Array(published).fill(event) }];
  const startedAt = now();
  for (let sent = 0; sent < events; sent += published) {
    await passTo(startedAt + sent * PACE + partOfPace(sent));
    await meter.request(() => functions.ask('publish', 'POST', path, body));
  }
  await passTo(startedAt + events * PACE);
}

function eventOf({ fields }: Pick<Scenario, 'fields'>) {
  return { url_to_send_request: 'https://user.example.com/hook', body: { user: 42 }, ...fields };
}

/** Makes schedules whose first runs come at the pace of events. None of them has a second run during the measurement. */
async function makeSchedules(
  { functions, now }: CostStage,
  scenario: Pick<Scenario, 'fields'>,
  count: number,
  beforeFirstRun: number,
): Promise<void> {
  for (let made = 0; made < count; made++) {
    const from = new Date(now() + beforeFirstRun + made * PACE + partOfPace(made)).toISOString();
    const schedule = { every: HOUR / SECOND, from, event: eventOf(scenario) };
    await functions.ask('manage', 'PUT', `/schedules/${made}`, schedule);
  }
}

/** Spreads the instants evenly over a second, because the part of the second decides how long a deliverer waits. */
function partOfPace(index: number): number {
  return (25 + 50 * Math.floor(index / 2)) % PACE;
}

/** Hands over every message when its delay has passed, or at the pace of the events if that is later. */
async function deliverAll(stage: CostStage, scenario: Scenario, events: number): Promise<void> {
  const { handed = 1, call = USUAL_CALL } = scenario;
  const messages = await messagesOf(stage, events);
  const startedAt = stage.now();
  for (let from = 0; from < events; from += handed) {
    const batch = messages.slice(from, from + handed);
    const handedAt = Math.max(startedAt + from * PACE, ...batch.map(({ visibleAt }) => visibleAt));
    const calledAt = Math.max(handedAt, ...batch.map(({ at }) => at));
    await stage.passTo(calledAt);
    await stage.meter.batch(
      batch.map(({ body }) => body),
      { waited: calledAt - handedAt, longestCall: call },
    );
  }
}

/** Resolves with one message of each event, in the order in which their calls may start. */
async function messagesOf(stage: CostStage, events: number): Promise<readonly StagedMessage[]> {
  const messages = [...stage.takeMessages()];
  for (let minute = 0; minute < FOLLOWING && messages.length < events; minute++) {
    await minutes(stage, 1);
    messages.push(...stage.takeMessages());
  }
  if (messages.length !== events) throw new Error(`${messages.length} messages were sent for ${events} events.`);
  return messages.sort((one, other) => startOf(one) - startOf(other));
}

function startOf({ at, visibleAt }: StagedMessage): number {
  return Math.max(at, visibleAt);
}

/** Throws if a function uses less with events than without them, because then the events were not measured alone. */
function positive(share: Usage, name: DeployedName): Usage {
  for (const [what, amount] of Object.entries(share))
    if (amount < -ROUNDING)
      throw new Error(`An event takes ${-amount} ${what} from ${name}, which uses more without it.`);
  return share;
}

/**
 * Resolves with what a run of the dispatcher uses without events, and with the number of metrics that it writes.
 *
 * @param schedules the number of schedules that wait meanwhile for a run which is a day away
 */
export async function idleRun(schedules = 0): Promise<{ readonly used: Usage; readonly metrics: number }> {
  return staged(0, async (stage) => {
    await makeSchedules(stage, {}, schedules, DAY);
    await minutes(stage, SETTLING);
    const settled = stage.meter.used();
    await minutes(stage, IDLE_RUNS);
    const used = differenceOf(stage.meter.used(), settled);
    return { used: times(used, 1 / IDLE_RUNS), metrics: stage.meter.metrics() };
  });
}

function minutes({ now, passTo }: CostStage, count: number): Promise<void> {
  return passTo(now() + count * MINUTE);
}

/** Returns the dollars that a usage costs, by service. */
export function costOf(usage: Usage) {
  return {
    api: usage.apiRequests * prices.apiRequest,
    functions: usage.invocations * prices.invocation + usage.gigabyteSeconds * prices.gigabyteSecond,
    table: usage.writeUnits * prices.writeUnit + usage.readUnits * prices.readUnit,
    queue: usage.queueRequests * prices.queueRequest,
    logs: (usage.loggedBytes / GIGABYTE) * prices.logGigabyte,
  };
}

function sharesOf(share: (name: DeployedName) => Usage): Shares {
  return Object.fromEntries(deployedNames.map((name) => [name, share(name)])) as Shares;
}

function differenceOf(all: Usage, before: Usage): Usage {
  return combined(all, before, (a, b) => a - b);
}
