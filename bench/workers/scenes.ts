import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Measure } from './figure.ts';
import { bareBurst, burst, type Scene } from './loads.ts';
import { runProcess, serveInProcess } from './local-process.ts';
import { openTimingReceiver } from './timing-receiver.ts';

const BARE = fileURLToPath(new URL('bare-queue.ts', import.meta.url));

export type QueueScene = Scene & {
  /** What the queue's process holds. MiB. */
  memory(): number;
  /** Milliseconds until it serves again after it was killed. */
  restart(): Promise<number>;
};

/**
 * The local runtime, with its table in a folder of its own.
 *
 * @param warmUp so many events before anything is measured: a process that has just begun still compiles itself
 */
export async function onQueue<Found>(
  act: (scene: QueueScene) => Promise<Found>,
  measure: Measure,
  warmUp: number,
): Promise<Found> {
  const folder = await mkdtemp(join(tmpdir(), 'event-queue-bench-'));
  const receiver = await openTimingReceiver();
  let queue = await serveInProcess(['--data', folder]);
  const scene: QueueScene = {
    get queueUrl() {
      return queue.url;
    },
    receiver,
    measure,
    memory: () => memoryOf(queue.pid),
    async restart() {
      queue.kill('SIGKILL');
      await queue.ended;
      const startedAt = performance.now();
      queue = await serveInProcess(['--data', folder]);
      return performance.now() - startedAt;
    },
  };
  try {
    await burst({ ...scene, measure: unseen }, warmUp);
    return await act(scene);
  } finally {
    queue.kill('SIGTERM');
    await queue.ended;
    receiver.close();
    await rm(folder, { recursive: true });
  }
}

export async function onBareMachine<Found>(
  act: (scene: Scene) => Promise<Found>,
  measure: Measure,
  warmUp: number,
): Promise<Found> {
  const receiver = await openTimingReceiver();
  const bare = runProcess(process.execPath, [BARE]);
  try {
    const scene = { queueUrl: await bare.sees(/listens on (\S+)/), receiver, measure };
    await bareBurst({ ...scene, measure: unseen }, warmUp);
    return await act(scene);
  } finally {
    bare.kill('SIGTERM');
    await bare.ended;
    receiver.close();
  }
}

export const unseen: Measure = () => {};

/** What is resident, where the system tells. */
function memoryOf(pid: number | undefined): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1_024;
}
