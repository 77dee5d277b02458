import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { functionsInTurns, measureUnits, TURNS } from './functions.ts';
import { type Figure, type Measure, meets, rowOf } from './workers/figure.ts';
import { bareBurst, batches, burst, delayed, steady, waiting } from './workers/loads.ts';
import { type Medians, medians } from './workers/medians.ts';
import { onBareMachine, onQueue, type QueueScene, unseen } from './workers/scenes.ts';
import { openTimingReceiver } from './workers/timing-receiver.ts';

const SMALL_BURST = 2_000;
const options = {
  quick: { type: 'boolean', default: false },
  json: { type: 'string', default: 'bench.json' },
  compare: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const satisfies ParseArgsConfig['options'];

const help = `Measures the queue on this machine, its table on disk, against what the machine can do at most.

  npm run bench -- [options]

  --quick            takes a minute instead of half an hour: less load, and without units and functions
  --json <file>      where the figures are written (default bench.json)
  --compare <file>   shows each figure against that of an earlier run

npm run bench -- first | functions | hostile measures one thing each.`;

type Sizes = {
  /** Before anything is measured, in each process but those with a backlog: what was published lately costs a start. */
  readonly warmUp: number;
  readonly burst: number;
  /** Of a steady load, in each turn. */
  readonly seconds: number;
  readonly delayed: number;
  readonly delayedSeconds: number;
  readonly backlogs: readonly number[];
  readonly turns: number;
  /** With each backlog, each with a fresh process. */
  readonly backlogTurns: number;
  /** In each of these, with the backlog and without it. */
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
  backlogTurns: 5,
  smallBursts: 9,
};
const quickSizes: Sizes = {
  warmUp: 2_000,
  burst: 5_000,
  seconds: 5,
  delayed: 1_000,
  delayedSeconds: 5,
  backlogs: [10_000],
  turns: 1,
  backlogTurns: 1,
  smallBursts: 3,
};

/** Answers whether every aim was met. */
export async function measurePerformance(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({ args: [...args], options });
  if (values.help) {
    console.log(help);
    return true;
  }
  const earlier =
    values.compare === undefined ? [] : (JSON.parse(readFileSync(values.compare, 'utf8')).figures as Figure[]);
  const figures: Figure[] = [];
  const measured: Measured = (scenario) => (name, value, unit, aim) => {
    const figure = { scenario, name, value, unit, ...(aim && { aim }) };
    figures.push(figure);
    const before = earlier.find((one) => one.scenario === scenario && one.name === name);
    console.log(rowOf(figure, before));
  };
  console.log(`${cpus()[0]?.model ?? 'a processor'}, ${availableParallelism()} of them, Node ${process.version}\n`);
  if (values.quick) await everyLoad(quickSizes, measured);
  else {
    await measureUnits(measured('units'));
    const functions = await functionsInTurns(measured('functions'));
    await everyLoad(sizes, measured, functions.turn).finally(functions.close);
    functions.tell();
  }
  writeFileSync(values.json, `${JSON.stringify({ at: new Date().toISOString(), figures }, null, 2)}\n`);
  return figures.every((figure) => meets(figure) ?? true);
}

type Measured = (scenario: string) => Measure;

/** All is measured in turns, spread over the whole run: a machine that others share is not as fast in each of them. */
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
  for (const scenario of scenarios.values()) scenario.tell();
}

/** The machine's own limit is measured right before a burst and right after it. */
async function bursts({ burst: events, warmUp }: Sizes, measured: Measured): Promise<void> {
  const onMachine = () => onBareMachine((scene) => bareBurst(scene, events), measured('the machine'), warmUp);
  const before = await onMachine();
  const measure = measured('burst');
  const burstAndStart = async (scene: QueueScene) => {
    const rate = await burst(scene, events, { recorded: { least: 3_000 } });
    measure('then from start to serving', (await scene.restart()) / 1_000, 's', { most: 5 });
    return rate;
  };
  const rate = await onQueue(burstAndStart, measure, warmUp);
  measure('of what the machine can do', (2 * rate) / (before + (await onMachine())), 'times', { least: 0.3 });
  await onQueue((scene) => batches(scene, events), measured('batch'), warmUp);
}

async function latenesses(size: Sizes, measured: Measured): Promise<void> {
  const { seconds, warmUp } = size;
  for (const perSecond of [100, 500])
    await onQueue((scene) => steady(scene, perSecond, seconds), measured(`steady, ${perSecond} a second`), warmUp);
  await onQueue((scene) => delayed(scene, size.delayed, size.delayedSeconds), measured('delayed'), warmUp);
  await onQueue(besideSlowOnes(seconds), measured('beside slow receivers'), warmUp);
}

function besideSlowOnes(seconds: number) {
  return async (scene: QueueScene): Promise<void> => {
    const slow = await openTimingReceiver();
    await steady(scene, 100, seconds, slow).finally(slow.close);
  };
}

/** Beside another queue, which has done the same and has nothing waiting: what both did lately costs them the same. */
function withBacklog(count: number, size: Sizes) {
  return async (scene: QueueScene): Promise<void> => {
    const { measure, memory, restart } = scene;
    await waiting(scene.queueUrl, count);
    for (let turn = 0; turn < size.backlogTurns; turn++)
      measure('from start to serving', (await restart()) / 1_000, 's', { most: 5 });
    const besideOneWithout = async (without: QueueScene) => {
      for (let turn = 0; turn < size.backlogTurns; turn++) {
        for (const queue of [scene, without]) {
          await queue.restart();
          await rateOf(queue);
        }
        await smallBursts(scene, without, size.smallBursts);
        await delayed(scene, size.delayed, size.delayedSeconds);
        await batches(without, size.delayed);
        measure('memory', memory(), 'MiB');
      }
    };
    await onQueue(besideOneWithout, unseen, SMALL_BURST);
  };
}

/** With the backlog and on a queue without one in turns: each is compared to the one before and the one after it. */
async function smallBursts(scene: QueueScene, without: QueueScene, count: number): Promise<void> {
  let before = await rateOf(without);
  for (let n = 0; n < count; n++) {
    const rate = await rateOf(scene);
    const after = await rateOf(without);
    scene.measure('called and recorded', rate, 'per second');
    scene.measure('of that without any waiting', (2 * rate) / (before + after), 'times', { least: 0.9 });
    before = after;
  }
}

function rateOf(queue: QueueScene): Promise<number> {
  return burst({ ...queue, measure: unseen }, SMALL_BURST);
}
