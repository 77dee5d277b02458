import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MINUTE } from '../../core/durations.ts';
import { idleRun, scenarios, usageOfEvent } from '../cost/cost.ts';
import { type Bundle, type Bundles, bundleOf, invokeAgainAndAgain, loadTime, synthesize } from '../shared/bundles.ts';
import { recordsOf, requestOf } from '../shared/deployed-functions.ts';
import { emulatedCloud } from '../shared/emulated-cloud.ts';
import { comparison } from './comparison.ts';
import { type Figure, type Measure, rowOf } from './figure.ts';
import { medians } from './medians.ts';
import { openTimingReceiver } from './timing-receiver.ts';

const BARE_PUBLISH = fileURLToPath(new URL('bare-publish.ts', import.meta.url));
/** The turns of a whole run, and of a run that measures the functions only. */
export const TURNS = 5;
/** The processes that load each function in a turn. */
const LOADS = 5;
/** The invocations of publish in a turn. */
const INVOCATIONS = 2_000;
const BATCH = 10;
const COMING_DUE = 5_000;

export async function functions(): Promise<void> {
  const { turn, report, close } = await functionsInTurns((name, value, unit, aim) =>
    console.log(rowOf({ scenario: 'functions', name, value, unit, ...(aim && { aim }) })),
  );
  try {
    for (let n = 0; n < TURNS; n++) await turn();
    report();
  } finally {
    await close();
  }
}

/**
 * Bundles the functions as a deployment does, and measures their sizes. Each turn measures the time in which a new
 * process loads a function, and what an invocation costs. `report` measures the medians over all turns.
 */
export async function functionsInTurns(measure: Measure) {
  const folder = await mkdtemp(join(tmpdir(), 'event-queue-functions-'));
  const { bundles } = await synthesize(folder);
  for (const [name, { path }] of Object.entries(bundles))
    measure(`${name}, its size`, (await stat(path)).size / 1_024, 'KB', { most: 600 });
  const barePublish = await bundleOf(BARE_PUBLISH, folder);
  const turns = medians(measure);

  return {
    async turn(): Promise<void> {
      await measureLoading(bundles, barePublish, turns.measure);
      await measureInvocations(bundles, barePublish, turns.measure);
    },

    report: turns.report,

    close: () => rm(folder, { recursive: true }),
  };
}

/** Measures the requests and units of AWS that an event of each scenario uses, with its share of the statistics. */
export async function measureUnits(measure: Measure): Promise<void> {
  const { used: idle } = await idleRun();
  for (const scenario of scenarios) {
    const { writeUnits, readUnits, tableRequests, queueRequests } = await usageOfEvent(scenario, idle);
    measure(`${scenario.name}: write units`, writeUnits, 'an event');
    measure(`${scenario.name}: read units`, readUnits, 'an event');
    measure(`${scenario.name}: AWS calls`, tableRequests + queueRequests, 'an event');
  }
}

/**
 * Measures how long bundles take to load. The first load of each is left out, because its files may not be cached yet.
 */
async function measureLoading(bundles: Bundles, barePublish: Bundle, measure: Measure): Promise<void> {
  const cloud = await emulatedCloud();
  const { environment } = await cloud.surroundings();
  await loadTime(bundles.Publish, environment);
  await loadTime(barePublish, environment);
  for (let n = 0; n < LOADS; n++) await measureLoads(bundles, barePublish, environment, measure);
  await cloud.close();
}

/** Measures one load of each bundle, compared with the loads of the bare publish right before it and right after it. */
async function measureLoads(
  bundles: Bundles,
  barePublish: Bundle,
  environment: Parameters<typeof loadTime>[1],
  measure: Measure,
): Promise<void> {
  const { one, other, report } = comparison({ one: measure, toWhat: 'of what the SDK takes alone' });
  let before = await loadTime(barePublish, environment);
  for (const [name, bundle] of Object.entries(bundles)) {
    const what = `${name}, to load`;
    other(what, before);
    one(what, await loadTime(bundle, environment), 'ms', { most: 100 });
    before = await loadTime(barePublish, environment);
    other(what, before);
  }
  report();
}

/** Measures invocations in warm processes: the first half of the invocations of a process does not count. */
async function measureInvocations(bundles: Bundles, barePublish: Bundle, measure: Measure): Promise<void> {
  const cloud = await emulatedCloud({ PRIVATE_TARGETS: 'true' });
  const { environment, calls } = await cloud.surroundings();
  const receiver = await openTimingReceiver();
  const event = { url_to_send_request: `${receiver.url}/`, body: { user: 42 } };
  const requests = Array.from({ length: INVOCATIONS }, () => requestOf(cloud.secret, 'POST', '/events', event));
  const twoRequests = async () => invokeAgainAndAgain(barePublish, (await cloud.surroundings()).environment, requests);

  const before = await twoRequests();
  const published = await invokeAgainAndAgain(bundles.Publish, environment, requests);
  const between = await twoRequests();
  const sent = calls.filter(({ action }) => action === 'sqs:SendMessage').map(({ input }) => input.Entries);
  const bodies = (sent as { MessageBody: string }[][]).flat().map(({ MessageBody }) => MessageBody);
  const batches = Array.from({ length: INVOCATIONS / BATCH }, (_, n) =>
    recordsOf(bodies.slice(n * BATCH, (n + 1) * BATCH)),
  );
  const delivered = await invokeAgainAndAgain(bundles.Deliver, environment, batches);
  await receiver.called(1);
  const dispatched = await dispatchedOf(bundles);
  const after = await twoRequests();

  const compare = comparedIn(measure);
  compare('Publish, an event', published, [before, between], { most: 2 });
  compare('Deliver, ten events', delivered, [between, after]);
  compare('Dispatch, an event that comes due', dispatched, [between, after]);
  receiver.close();
  await cloud.close();
}

/** The milliseconds that an invocation took, and those of a processor. */
type Invoked = Awaited<ReturnType<typeof invokeAgainAndAgain>>;

function comparedIn(measure: Measure) {
  return (what: string, invoked: Invoked, toThese: readonly Invoked[], aim?: Figure['aim']): void => {
    const { one, other, report } = comparison({ one: measure, toWhat: 'of what two requests take alone' });
    one(`${what}: time`, invoked.took, 'ms');
    one(`${what}: processor`, invoked.processor, 'ms', aim);
    for (const { took, processor } of toThese) {
      other(`${what}: time`, took);
      other(`${what}: processor`, processor);
    }
    report();
  };
}

/**
 * Runs the dispatcher several times, each time with 5,000 events that come due, and resolves with what one event takes.
 */
async function dispatchedOf({ Publish, Dispatch }: Bundles): Promise<Invoked> {
  const cloud = await emulatedCloud();
  const { environment, calls } = await cloud.surroundings();
  const startedAt = Date.now();
  const runs = [4, 5, 6, 7].map((minutes) => minutes * MINUTE);
  for (const after of runs) {
    const event = { url_to_send_request: 'https://user.example.com/hook', call_url_at: (startedAt + after) / 1_000 };
    const batch = requestOf(cloud.secret, 'POST', '/events/batch', { events: Array(100).fill(event) });
    await invokeAgainAndAgain(Publish, environment, Array(COMING_DUE / 100).fill(batch));
  }
  const run = await invokeAgainAndAgain(
    Dispatch,
    environment,
    runs.map(() => ({})),
    runs.map((after) => after - 1.5 * MINUTE),
  );
  const sent = calls.filter(({ action }) => action === 'sqs:SendMessage').flatMap(({ input }) => input.Entries);
  if (sent.length !== runs.length * COMING_DUE) throw new Error(`${sent.length} messages were sent.`);
  await cloud.close();
  return { took: run.took / COMING_DUE, processor: run.processor / COMING_DUE };
}
