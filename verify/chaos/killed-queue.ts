import { type ServingProcess, serveInProcess } from '../shared/local-process.ts';
import type { Killed } from './chaos-table.ts';
import type { Kill } from './history.ts';

const LONGEST_LIFE = 1_500;

/**
 * The calls at a time to one host. All events are for one host, and with the default, calls that stall would delay the
 * others by minutes.
 */
const MOST_CALLS = '2000';

/** Opens the local runtime on a folder. It can be killed, and is then started again on the same port. */
export async function openKilledQueue(dataFolder: string): Promise<Killed> {
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
    const started = await serveInProcess(['--data', dataFolder, '--max-calls-per-host', MOST_CALLS, ...args]);
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
    secret: 'demo',
    killedFor: 1,
    longestLife: LONGEST_LIFE,
    callTimeoutSeconds: 1,
    publishUrl: () => url,
    readUrl: () => url,
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
