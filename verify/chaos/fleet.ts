import { fileURLToPath } from 'node:url';
import { runProcess } from '../shared/local-process.ts';
import type { Kill } from './history.ts';

const PROGRAM = fileURLToPath(new URL('./serve-function.ts', import.meta.url));

type WorkerName = 'publish' | 'read' | 'dispatch' | 'deliver';

/** One process. */
type Worker = {
  readonly name: WorkerName;
  /** No other ever has the same. */
  readonly id: string;
  /** Where it serves; undefined before it does, and when it is killed. */
  url: string | undefined;
  /** Resolves when it serves; rejects if it ends before. */
  readonly serving: Promise<void>;
  readonly ended: Promise<number | NodeJS.Signals>;
  printed(): string;
  kill(): Promise<unknown>;
};

export type Fleet = {
  readonly kills: readonly Kill[];
  /** Milliseconds from each start to serving. */
  readonly startTimes: readonly number[];
  /** How many workers were stopped because an invocation took too long. */
  timedOut(): number;
  /** Where one of those that serve is. */
  urlOf(name: WorkerName): string;
  /** Resolves when one of them serves; rejects if any ended by itself. */
  serving(name: WorkerName): Promise<void>;
  /** Kills one of those that serve without a warning, and starts another in its place. */
  killAndReplace(names: readonly WorkerName[]): Promise<void>;
  stop(): Promise<void>;
};

type Options = {
  readonly sizes: Readonly<Record<WorkerName, number>>;
  /** Of a worker, by its id. */
  environment(name: WorkerName, id: string): NodeJS.ProcessEnv;
  readonly chance: () => number;
};

/** Workers in processes of their own. Resolves when all of them serve. */
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

  /** A function whose time has run out is stopped, as Lambda does it; whatever else ends a worker is a defect. */
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
