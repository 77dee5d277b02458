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
/** The events in batches with which a process that has warmed up also warms up for batches. */
const SMALL_BATCHES = 5_000;
const options = {
  quick: { type: 'boolean', default: false },
} as const satisfies ParseArgsConfig['options'];

type Sizes = {
  /**
   * The events before anything is measured, in each process. Processes with a backlog get a small burst instead,
   * because events that were published lately make a start slower.
   */
  readonly warmUp: number;
  readonly burst: number;
  /** The seconds of each steady load in a turn. */
  readonly seconds: number;
  readonly delayed: number;
  readonly delayedSeconds: number;
  readonly backlogs: readonly number[];
  readonly turns: number;
  /** The starts that are measured with each backlog. */
  readonly starts: number;
  /** The turns with each backlog. Each turn starts new processes. */
  readonly backlogTurns: number;
  /** The small bursts in each of these turns, on the queue with the backlog and on one without it. */
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

/** Measures everything and prints the figures. Resolves with whether every aim was met. */
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
 * Measures what a million waiting events cost a queue: its start, its memory, and the events that are due meanwhile.
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
 * Measures every load in turns that are spread over the run, because a machine that others share is not equally fast at
 * all times. Each backlog is measured in one turn only.
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

/** Measures bursts of single events and of batches, and the start after a burst, which has more to look at. */
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
 * Measures the lateness under each load, of the machine first and of the queue right after it. At the same time, each
 * would have half of the processors.
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

/** Runs `act` with a queue and with the bare queue, which stores nothing and so shows the limit of the machine. */
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
 * Measures a queue with a backlog beside a queue without one, which does the same, so that only the backlog differs.
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
 * Measures small bursts in turns. Each burst with the backlog is compared with the bursts without it before and after
 * it.
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

/** Measures delayed events on both queues at the same time, because neither of them takes much of the machine. */
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
