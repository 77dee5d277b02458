import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { measureFunctions, measureUnits } from './functions.ts';
import { type Figure, type Measure, meets, rowOf } from './workers/figure.ts';
import { bareBurst, batches, burst, delayed, type Scene, steady, waiting } from './workers/loads.ts';
import { runProcess, type ServingProcess, serveInProcess } from './workers/local-process.ts';
import { type Medians, medians } from './workers/medians.ts';
import { openTimingReceiver } from './workers/timing-receiver.ts';

const BARE = fileURLToPath(new URL('workers/bare-queue.ts', import.meta.url));
/** Events before anything is measured: a process that has just begun still compiles itself. */
const WARM_UP = 2_000;
const SMALL_BURST = 2_000;
const options = {
  quick: { type: 'boolean', default: false },
  json: { type: 'string', default: 'bench.json' },
  compare: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const satisfies ParseArgsConfig['options'];

const help = `Measures the queue on this machine, its table on disk, against what the machine can do at most.

  npm run bench -- [options]

  --quick            takes a minute: less load, and without units and functions
  --json <file>      where the figures are written (default bench.json)
  --compare <file>   shows each figure against that of an earlier run

npm run bench -- first | functions | hostile measures one thing each.`;

type Sizes = {
  readonly burst: number;
  readonly seconds: number;
  readonly delayed: number;
  readonly delayedSeconds: number;
  readonly backlogs: readonly number[];
  /** Of the machine, bursts and batches; and of small bursts with and without a backlog. */
  readonly turns: number;
  readonly smallTurns: number;
};
const sizes: Sizes = {
  burst: 20_000,
  seconds: 60,
  delayed: 5_000,
  delayedSeconds: 30,
  backlogs: [10_000, 100_000, 1_000_000],
  turns: 7,
  smallTurns: 21,
};
const quickSizes: Sizes = {
  burst: 5_000,
  seconds: 5,
  delayed: 1_000,
  delayedSeconds: 5,
  backlogs: [10_000],
  turns: 1,
  smallTurns: 3,
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
  await everyLoad(values.quick ? quickSizes : sizes, measured);
  if (!values.quick) {
    await measureUnits(measured('units'));
    await measureFunctions(measured('functions'));
  }
  writeFileSync(values.json, `${JSON.stringify({ at: new Date().toISOString(), figures }, null, 2)}\n`);
  return figures.every((figure) => meets(figure) ?? true);
}

type Measured = (scenario: string) => Measure;

/** What moves most with the machine is measured in turns, each before another of the other loads. */
async function everyLoad(size: Sizes, measured: Measured): Promise<void> {
  const turns: Turns = {
    machine: medians(measured('the machine')),
    atOnce: medians(measured('burst')),
    batch: medians(measured('batch')),
  };
  const loads = otherLoads(size, measured);
  for (let turn = 0; turn < Math.max(size.turns, loads.length); turn++) {
    if (turn < size.turns) await oneTurn(size.burst, turn % 2 === 0, turns);
    await loads[turn]?.();
  }
  for (const scenario of Object.values(turns)) scenario.tell();
}

/** The machine's own limit is measured right before the burst, or right after it. */
async function oneTurn(events: number, isMachineFirst: boolean, { machine, atOnce, batch }: Turns): Promise<void> {
  const onMachine = () => onBareMachine((scene) => bareBurst(scene, events), machine.measure);
  const before = isMachineFirst ? await onMachine() : undefined;
  const rate = await onQueue((scene) => burst(scene, events, { recorded: { least: 3_000 } }), atOnce.measure);
  atOnce.measure('of what the machine can do', rate / (before ?? (await onMachine())), 'times', { least: 0.3 });
  await onQueue((scene) => batches(scene, events), batch.measure);
}

type Turns = Readonly<Record<'machine' | 'atOnce' | 'batch', Medians>>;

function otherLoads(size: Sizes, measured: Measured): readonly (() => Promise<void>)[] {
  const { seconds } = size;
  return [
    ...[100, 500].map(
      (perSecond) => () =>
        onQueue((scene) => steady(scene, perSecond, seconds), measured(`steady, ${perSecond} a second`)),
    ),
    () => onQueue((scene) => delayed(scene, size.delayed, size.delayedSeconds), measured('delayed')),
    () => onQueue(besideSlowOnes(seconds), measured('beside slow receivers')),
    ...size.backlogs.map((count) => () => onQueue(withBacklog(count, size), measured(`with ${count} waiting`))),
  ];
}

type QueueScene = Scene & { readonly queue: ServingProcess; restart(): Promise<number> };

/** The local runtime with its table in a folder of its own. */
async function onQueue<Found>(act: (scene: QueueScene) => Promise<Found>, measure: Measure): Promise<Found> {
  const folder = await mkdtemp(join(tmpdir(), 'event-queue-bench-'));
  const receiver = await openTimingReceiver();
  let queue = await serveInProcess(['--data', folder]);
  const scene: QueueScene = {
    queueUrl: queue.url,
    receiver,
    measure,
    queue,
    /** Milliseconds until it serves again after it was killed. */
    async restart() {
      queue.kill('SIGKILL');
      await queue.ended;
      const startedAt = performance.now();
      queue = await serveInProcess(['--data', folder]);
      return performance.now() - startedAt;
    },
  };
  try {
    await burst({ ...scene, measure: unseen }, WARM_UP);
    return await act(scene);
  } finally {
    queue.kill('SIGTERM');
    await queue.ended;
    receiver.close();
    await rm(folder, { recursive: true });
  }
}

async function onBareMachine<Found>(act: (scene: Scene) => Promise<Found>, measure: Measure): Promise<Found> {
  const receiver = await openTimingReceiver();
  const bare = runProcess(process.execPath, [BARE]);
  try {
    const scene = { queueUrl: await bare.sees(/listens on (\S+)/), receiver, measure };
    await bareBurst({ ...scene, measure: unseen }, WARM_UP);
    return await act(scene);
  } finally {
    bare.kill('SIGTERM');
    await bare.ended;
    receiver.close();
  }
}

const unseen: Measure = () => {};

function besideSlowOnes(seconds: number) {
  return async (scene: QueueScene): Promise<void> => {
    const slow = await openTimingReceiver();
    await steady(scene, 100, seconds, slow).finally(slow.close);
  };
}

/** Small bursts with the backlog take turns with such on a queue without one: each is compared to the one before and the one after it. */
function withBacklog(count: number, size: Sizes) {
  return async (scene: QueueScene): Promise<void> => {
    const { measure, queue, restart } = scene;
    await waiting(scene.queueUrl, count);
    const turns = medians(measure);
    await onQueue(async (without) => {
      const rateOf = (one: Scene) => burst({ ...one, measure: unseen }, SMALL_BURST);
      let before = await rateOf(without);
      for (let turn = 0; turn < size.smallTurns; turn++) {
        const rate = await rateOf(scene);
        const after = await rateOf(without);
        turns.measure('called and recorded', rate, 'per second');
        turns.measure('of that without any waiting', (2 * rate) / (before + after), 'times', { least: 0.9 });
        before = after;
      }
    }, unseen);
    turns.tell();
    await delayed(scene, size.delayed, size.delayedSeconds);
    measure('memory', memoryOf(queue.pid), 'MiB');
    measure('from start to serving', (await restart()) / 1_000, 's', { most: 5 });
  };
}

/** What is resident, where the system tells. */
function memoryOf(pid: number | undefined): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1_024;
}
