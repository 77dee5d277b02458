import { fileURLToPath } from 'node:url';
import { runProcess } from '../shared/local-process.ts';
import type { Kill } from './history.ts';

const PROGRAM = fileURLToPath(new URL('./serve-function.ts', import.meta.url));

type WorkerName = 'publish' | 'read' | 'dispatch' | 'deliver';

/** A process that runs one function. */
type Worker = {
  readonly name: WorkerName;
  /** The unique id of the worker. It is never used again. */
  readonly id: string;
  /** The URL at which the worker serves; undefined before it serves, and once it is killed. */
  url: string | undefined;
  /** Resolves when the worker serves. Rejects if it ends before. */
  readonly serving: Promise<void>;
  readonly ended: Promise<number | NodeJS.Signals>;
  printed(): string;
  kill(): Promise<unknown>;
};

export type Fleet = {
  readonly kills: readonly Kill[];
  /** The milliseconds from each start of a worker until it served. */
  readonly startTimes: readonly number[];
  /** Returns the number of workers that were stopped because an invocation took too long. */
  timedOut(): number;
  /** Returns the URL of a worker of that name that serves, or an empty text if none does. */
  urlOf(name: WorkerName): string;
  /** Resolves when a worker of that name serves. Rejects if a worker of any name has ended by itself. */
  serving(name: WorkerName): Promise<void>;
  /** Kills one worker of these names with SIGKILL, and starts another in its place. */
  killAndReplace(names: readonly WorkerName[]): Promise<void>;
  stop(): Promise<void>;
};

type Options = {
  readonly sizes: Readonly<Record<WorkerName, number>>;
  /** Returns the environment of a worker. */
  environment(name: WorkerName, id: string): NodeJS.ProcessEnv;
  readonly chance: () => number;
};

/** Starts workers in processes of their own. Resolves when all of them serve. */
export async function openFleet({ sizes, environment, chance }: Options): Promise<Fleet> {
  const workers = new Set<Worker>();
  const kills: Kill[] = [];
  const startTimes: number[] = [];
  const brokeDown = Promise.withResolvers<never>();
  brokeDown.promise.catch(() => {});
  let started = 0;
  let timedOut = 0;

  function start(name: WorkerName): void {
    started++;
    const id = `${name}-${started}`;
    const worker = startWorker(name, id, environment(name, id));
    workers.add(worker);
    const startedAt = performance.now();
    worker.serving.then(() => startTimes.push(performance.now() - startedAt)).catch(() => {});
    void worker.ended.then((how) => workers.has(worker) && endedByItself(worker, how));
  }

  /** Replaces a worker that was stopped because its time had run out, as Lambda does it. Any other end is a defect. */
  function endedByItself(worker: Worker, how: number | NodeJS.Signals): void {
    if (how === 'SIGKILL') {
      timedOut++;
      replace(worker, Date.now());
    } else brokeDown.reject(new Error(`${worker.id} ended (${how}): ${worker.printed()}`));
  }

  function replace(worker: Worker, at: number): void {
    workers.delete(worker);
    kills.push({ at, replacedAt: Date.now(), worker: worker.id });
    start(worker.name);
  }

  function oneOf(names: readonly WorkerName[]): Worker | undefined {
    const found = [...workers].filter(({ name, url }) => names.includes(name) && url !== undefined);
    return found[Math.floor(chance() * found.length)];
  }

  for (const [name, size] of Object.entries(sizes)) for (let n = 0; n < size; n++) start(name as WorkerName);
  await Promise.all([...workers].map(({ serving }) => serving));

  return {
    kills,
    startTimes,
    timedOut: () => timedOut,
    urlOf: (name) => oneOf([name])?.url ?? '',
    async serving(wanted) {
      const serving = [...workers].filter(({ name }) => name === wanted).map((worker) => worker.serving);
      await Promise.race([brokeDown.promise, Promise.any(serving)]);
    },
    async killAndReplace(names) {
      const worker = oneOf(names);
      if (worker === undefined) return;
      const at = Date.now();
      workers.delete(worker);
      await worker.kill();
      replace(worker, at);
    },
    async stop() {
      const all = [...workers];
      workers.clear();
      await Promise.all(all.map((worker) => worker.kill()));
    },
  };
}

function startWorker(name: WorkerName, id: string, environment: NodeJS.ProcessEnv): Worker {
  const { sees, ended, printed, kill } = runProcess(process.execPath, [PROGRAM, name], { environment });
  const worker: Worker = {
    name,
    id,
    url: undefined,
    serving: sees(/serves (\S+)/).then((url) => {
      worker.url = url;
    }),
    ended,
    printed,
    kill() {
      worker.url = undefined;
      kill('SIGKILL');
      return ended;
    },
  };
  worker.serving.catch(() => {});
  return worker;
}
