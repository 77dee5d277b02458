import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProcess, type ServingProcess, serveInProcess, serving } from '../shared/local-process.ts';
import type { Measure } from './figure.ts';
import { burst, type Scene } from './loads.ts';
import { openTimingReceiver } from './timing-receiver.ts';

const BARE = fileURLToPath(new URL('bare-queue.ts', import.meta.url));

export type ProcessScene = Scene & {
  /** What the process holds. MiB. */
  memory(): number;
  /** Milliseconds until it serves again after it was killed. */
  restart(): Promise<number>;
};

type Act = (scene: ProcessScene) => Promise<unknown>;

/**
 * The local runtime, with its table in a folder of its own.
 *
 * @param warmUp so many events before anything is measured: a process that has just begun still compiles itself
 */
export async function onQueue(act: Act, measure: Measure, warmUp: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'event-queue-bench-'));
  try {
    await onProcess(() => serveInProcess(['--data', folder]), act, measure, warmUp);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What accepts events and calls their URLs as well, and keeps nothing. */
export function onBareMachine(act: Act, measure: Measure, warmUp: number): Promise<void> {
  return onProcess(() => serving(runProcess(process.execPath, [BARE])), act, measure, warmUp);
}

export async function onProcess(
  start: () => Promise<ServingProcess>,
  act: Act,
  measure: Measure,
  warmUp: number,
): Promise<void> {
  let running = await start();
  const receiver = await openTimingReceiver();
  const scene: ProcessScene = {
    get queueUrl() {
      return running.url;
    },
    receiver,
    measure,
    memory: () => memoryOf(running.pid),
    async restart() {
      running.kill('SIGKILL');
      await running.ended;
      const startedAt = performance.now();
      running = await start();
      return performance.now() - startedAt;
    },
  };
  try {
    await burst({ ...scene, measure: unseen }, warmUp);
    await act(scene);
  } finally {
    running.kill('SIGTERM');
    await running.ended;
    receiver.close();
  }
}

export const unseen: Measure = () => {};

/** What is resident, where the system tells. */
function memoryOf(pid: number | undefined): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1_024;
}
