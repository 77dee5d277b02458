import type { Kill } from './history.ts';
import { type ServingProcess, serveInProcess } from './local-process.ts';

/** The local runtime on a folder, killed and started again. */
export type KilledQueue = {
  readonly url: string;
  readonly kills: readonly Kill[];
  /** Milliseconds from each start to serving. */
  readonly startTimes: readonly number[];
  /** Kills it without a warning, and starts it again. Resolves when it serves. */
  killAndRestart(): Promise<void>;
  /** Resolves when it serves; rejects if it ended by itself. */
  serving(): Promise<void>;
  stop(): Promise<void>;
};

export async function openKilledQueue(dataFolder: string): Promise<KilledQueue> {
  const kills: Kill[] = [];
  const startTimes: number[] = [];
  let running = await start([]);
  const { url } = running;
  let serving = Promise.resolve();
  const brokeDown = Promise.withResolvers<never>();
  brokeDown.promise.catch(() => {});
  watch(running);

  async function start(args: readonly string[]): Promise<ServingProcess> {
    const startedAt = performance.now();
    const started = await serveInProcess(['--data', dataFolder, ...args]);
    startTimes.push(performance.now() - startedAt);
    return started;
  }

  function watch(process: ServingProcess): void {
    void process.ended.then((how) => {
      if (how !== 'SIGKILL' && how !== 0) brokeDown.reject(new Error(`It ended by itself: ${process.printed()}`));
    });
  }

  function killAndRestart(): Promise<void> {
    serving = restart();
    return serving;
  }

  async function restart(): Promise<void> {
    const killed = running;
    const at = Date.now();
    killed.kill('SIGKILL');
    await killed.ended;
    kills.push({ at, replacedAt: Date.now() });
    running = await start(['--port', new URL(url).port]);
    watch(running);
  }

  return {
    url,
    kills,
    startTimes,
    killAndRestart,
    serving: () => Promise.race([serving, brokeDown.promise]),
    async stop() {
      running.kill('SIGTERM');
      await running.ended;
    },
  };
}
