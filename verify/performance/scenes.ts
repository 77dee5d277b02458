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
  /** Returns the resident memory of the process in MiB. */
  memory(): number;
  /** Kills the process and starts it again. Resolves with the milliseconds from its start until it serves. */
  restart(): Promise<number>;
};

type Act = (scene: ProcessScene) => Promise<unknown>;

/**
 * Runs `act` with the local runtime, with its table in a folder of its own.
 *
 * @param warmUp the events before anything is measured, because a new process still compiles its code
 */
export async function onQueue(act: Act, measure: Measure, warmUp: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'event-queue-bench-'));
  try {
    await onProcess(() => serveInProcess(['--data', folder]), act, measure, warmUp);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Runs `act` with the bare queue, which accepts events and calls their URLs, and stores nothing. */
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

/** Measures nothing: its figures are dropped. */
export const unseen: Measure = () => {};

/** Returns the resident memory of a process in MiB. It works on Linux only, where `/proc` shows it. */
function memoryOf(pid: number | undefined): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1_024;
}
