import { availableParallelism, cpus } from 'node:os';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { comparison } from './comparison.ts';
import { type Figure, type Measure, meets, rowOf } from './figure.ts';
import { functionsInTurns, measureUnits, TURNS } from './functions.ts';
import { batches, burst, delayed, type Scene, steady, waiting } from './loads.ts';
import { type Medians, medians } from './medians.ts';
import { onBareMachine, onQueue, type ProcessScene, unseen } from './scenes.ts';
import { openTimingReceiver } from './timing-receiver.ts';

const SMALL_BURST = 2_000;
/** The number of events in the batches that are published, after the general warm-up, before batches are measured. */
const SMALL_BATCHES = 5_000;
const options = {
  quick: { type: 'boolean', default: false },
} as const satisfies ParseArgsConfig['options'];

type Sizes = {
  /**
   * The number of events that each process handles before anything is measured in it. Processes that are compared with
   * and without a backlog get `SMALL_BURST` events instead, because many events that were published shortly before make
   * a start slower.
   */
  readonly warmUp: number;
  readonly burst: number;
  /** The duration in seconds of each load with a steady rate. Every turn of the run has such loads. */
  readonly seconds: number;
  readonly delayed: number;
  readonly delayedSeconds: number;
  readonly backlogs: readonly number[];
  readonly turns: number;
  /** The number of starts of a process that are measured with each backlog. */
  readonly starts: number;
  /** The number of turns that are measured with each backlog. Each of these turns starts new processes. */
  readonly backlogTurns: number;
  /**
   * The number of small bursts that are measured on the queue with the backlog in each of its turns. Each is compared
   * with bursts on a queue without a backlog.
   */
  readonly smallBursts: number;
};
const sizes: Sizes = {
  warmUp: 15_000,
  burst: 20_000,
  seconds: 20,
  delayed: 5_000,
  delayedSeconds: 30,
  backlogs: [10_000, 100_000, 1_000_000],
  turns: TURNS,
  starts: 10,
  backlogTurns: 4,
  smallBursts: 4,
};
const quickSizes: Sizes = {
  warmUp: 2_000,
  burst: 5_000,
  seconds: 3,
  delayed: 1_000,
  delayedSeconds: 3,
  backlogs: [10_000],
  turns: 1,
  starts: 1,
  backlogTurns: 1,
  smallBursts: 1,
};

function optionsIn(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    console.error(`${(error as Error).message.replace(/\.?$/, '.')} See npm run bench -- --help.`);
    return process.exit(2);
  }
}

/**
 * Measures everything and prints the figures. Resolves with true if every figure that has an aim meets it. Ends the
 * process with exit code 2 if an argument is unknown.
 */
export async function measurePerformance(args: readonly string[]): Promise<boolean> {
  const { quick } = optionsIn(args);
  const figures: Figure[] = [];
  const measured: Measured = (scenario) => (name, value, unit, aim) => {
    const figure = { scenario, name, value, unit, ...(aim && { aim }) };
    figures.push(figure);
    console.log(rowOf(figure));
  };
  console.log(`${cpus()[0]?.model ?? 'a processor'}, ${availableParallelism()} of them, Node ${process.version}\n`);
  if (quick) await everyLoad(quickSizes, measured);
  else {
    await measureUnits(measured('units'));
    const functions = await functionsInTurns(measured('functions'));
    await everyLoad(sizes, measured, functions.turn).finally(functions.close);
    functions.report();
  }
  return figures.every((figure) => meets(figure) ?? true);
}

type Aims = NonNullable<Parameters<typeof comparison>[0]['aims']>;
type Measured = (scenario: string) => Measure;

/**
 * Measures how a million waiting events affect the queue: its start, its memory, and its speed and punctuality with
 * events that are due meanwhile. Prints the figures.
 */
export async function backlog(): Promise<void> {
  const { measure, report } = medians((name, value, unit, aim) =>
    console.log(rowOf({ scenario: 'with 1,000,000 waiting', name, value, unit, ...(aim && { aim }) })),
  );
  const size = { ...sizes, starts: 3, backlogTurns: 1, smallBursts: 2 };
  await onQueue(withBacklog(1_000_000, size), measure, SMALL_BURST);
  report();
}

/**
 * Measures every load once in each turn of the run, and reports the median of each figure, because a machine that
 * others share is not equally fast at all times. Each size of backlog is measured in one turn only.
 */
async function everyLoad(size: Sizes, measured: Measured, functionsTurn = async () => {}): Promise<void> {
  const scenarios = new Map<string, Medians>();
  const inTurns: Measured = (scenario) => {
    const found = scenarios.get(scenario) ?? medians(measured(scenario));
    scenarios.set(scenario, found);
    return found.measure;
  };
  for (let turn = 0; turn < size.turns; turn++) {
    console.error(`turn ${turn + 1} of ${size.turns}`);
    await bursts(size, inTurns);
    await functionsTurn();
    await latenesses(size, inTurns);
    const count = size.backlogs.at(turn - size.turns);
    if (count !== undefined) await onQueue(withBacklog(count, size), inTurns(`with ${count} waiting`), SMALL_BURST);
  }
  for (const scenario of scenarios.values()) scenario.report();
}

/**
 * Measures bursts of single events, the start of the process after these bursts, and bursts of batches. A start after a
 * burst takes longer than another one, because it looks at the events of the burst.
 */
async function bursts({ burst: events, warmUp }: Sizes, measured: Measured): Promise<void> {
  await besideTheMachine(warmUp, async (...both) => {
    const { queue, machine, report } = compared('burst', measured, both, { 'called and recorded': { least: 0.5 } });
    for (const scene of [machine, queue, machine]) await burst(scene, events);
    for (const scene of [queue, machine])
      scene.measure('then from start to serving', (await scene.restart()) / 1_000, 's', { most: 2 });
    report();
  });
  await besideTheMachine(warmUp, async (...both) => {
    for (const scene of both) await batches(scene, SMALL_BATCHES);
    const { queue, machine, report } = compared('batch', measured, both);
    for (const scene of [machine, queue, machine]) await batches(scene, events);
    report();
  });
}

/**
 * Measures how late events are called under each load. The bare queue, which stands for the machine, is measured first
 * and the queue right after it. If both were measured at the same time, each would have only half of the processors.
 */
async function latenesses(size: Sizes, measured: Measured): Promise<void> {
  const { seconds, warmUp, delayed: events, delayedSeconds } = size;
  const slow = await openTimingReceiver();
  const loads: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
    'steady, 100 a second': (scene) => steady(scene, { rate: 100, seconds }),
    'steady, 500 a second': (scene) => steady(scene, { rate: 500, seconds }),
    delayed: (scene) => delayed(scene, events, delayedSeconds),
    'beside slow receivers': (scene) => steady(scene, { rate: 100, seconds, slow }),
  };
  await besideTheMachine(warmUp, async (...both) => {
    for (const [scenario, load] of Object.entries(loads)) {
      const { queue, machine, report } = compared(scenario, measured, both);
      for (const scene of [machine, queue]) await load(scene);
      report();
    }
  });
  slow.close();
}

type Both = readonly [queue: ProcessScene, machine: ProcessScene];

/**
 * Runs `act` with a queue and with the bare queue. The bare queue stores nothing, so its figures show the limit of the
 * machine.
 */
async function besideTheMachine(warmUp: number, act: (...both: Both) => Promise<void>): Promise<void> {
  await onBareMachine((machine) => onQueue((queue) => act(queue, machine), unseen, warmUp), unseen, warmUp);
}

function compared(scenario: string, measured: Measured, [queue, machine]: Both, aims: Aims = {}) {
  const { one, other, report } = comparison({
    one: measured(scenario),
    other: measured(`the machine, ${scenario}`),
    toWhat: 'of what the machine does',
    aims,
  });
  return { queue: { ...queue, measure: one }, machine: { ...machine, measure: other }, report };
}

/**
 * Measures a queue with `count` waiting events. The same is done on a second queue without waiting events, so that a
 * difference between the two comes only from the backlog.
 */
function withBacklog(count: number, size: Sizes) {
  return async (scene: ProcessScene): Promise<void> => {
    const { measure, memory, restart } = scene;
    await waiting(scene.queueUrl, count);
    for (let start = 0; start < size.starts; start++)
      measure('from start to serving', (await restart()) / 1_000, 's', { most: 1 });
    const inTurns = async (without: ProcessScene) => {
      for (let turn = 0; turn < size.backlogTurns; turn++) {
        for (const queue of [scene, without]) {
          await queue.restart();
          await rateOf(queue);
        }
        await smallBursts(scene, without, size.smallBursts);
        await delayedBoth(scene, without, size);
        measure('memory', memory(), 'MiB', { most: 250 });
      }
    };
    await onQueue(inTurns, unseen, SMALL_BURST);
  };
}

/**
 * Measures `count` small bursts on the queue with a backlog. Each of them is compared with the bursts on the queue
 * without a backlog that are made before and after it.
 */
async function smallBursts(scene: ProcessScene, without: ProcessScene, count: number): Promise<void> {
  const what = 'called and recorded';
  let before = await rateOf(without);
  for (let n = 0; n < count; n++) {
    const { one, other, report } = besideOneWithout(scene.measure, { [what]: { least: 0.9 } });
    other(what, before);
    one(what, await rateOf(scene), 'per second');
    before = await rateOf(without);
    other(what, before);
    report();
  }
}

/**
 * Measures events with a delay on the queue with a backlog and on the queue without one, at the same time, because
 * neither of the two loads takes much of the machine.
 */
async function delayedBoth(scene: Scene, without: Scene, { delayed: events, delayedSeconds }: Sizes): Promise<void> {
  const aims = { 'late, p50': { most: 1.1 }, 'late, p99': { most: 1.1 } };
  const { one, other, report } = besideOneWithout(scene.measure, aims);
  await Promise.all([
    delayed({ ...scene, measure: one }, events, delayedSeconds),
    delayed({ ...without, measure: other }, events, delayedSeconds),
  ]);
  report();
}

function besideOneWithout(one: Measure, aims: Aims) {
  return comparison({ one, toWhat: 'of that without any waiting', aims });
}

function rateOf(queue: Scene): Promise<number> {
  return burst({ ...queue, measure: unseen }, SMALL_BURST);
}
