import { existsSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../shared/free-port.ts';
import { runProcess, serving } from '../shared/local-process.ts';
import { medianOf } from '../shared/steadiness.ts';
import type { Measure } from './figure.ts';
import { burst } from './loads.ts';
import { onBareMachine, onProcess, onQueue, type ProcessScene, unseen } from './scenes.ts';

const ROUNDS = 3;
const WARM_UP = 5_000;
const EVENTS = 10_000;
const COMMITS = 500;
const BULLMQ = fileURLToPath(new URL('peers/bullmq.js', import.meta.url));
const PACKAGES = fileURLToPath(new URL('peers/node_modules/bullmq', import.meta.url));

type System = 'the machine' | 'Event Queue' | 'BullMQ';
type Figures = { readonly recorded: number; readonly accepted99: number; readonly called99: number };

/**
 * Compares the local queue with BullMQ on Redis, which many use, and with the limit of the machine. The load is single
 * events that are due at once, until each is called and recorded. The queue syncs every commit to the disk; Redis syncs
 * once a second.
 */
export async function peers(): Promise<void> {
  if (!existsSync(PACKAGES)) {
    console.error('BullMQ is not installed. Run npm ci --prefix verify/performance/peers, and install redis-server.');
    process.exitCode = 2;
    return;
  }
  const results = new Map<System, Figures[]>();
  for (let round = 0; round < ROUNDS; round++) {
    console.log(`round ${round + 1}: the disk makes ${(await syncsPerSecond()).toFixed(0)} synced writes a second`);
    for (const [system, on] of Object.entries(systems) as [System, OnSystem][]) {
      const figures = await figuresOf(on);
      results.set(system, [...(results.get(system) ?? []), figures]);
      console.log(rowOf(system, figures));
    }
  }
  console.log('\nmedians');
  for (const [system, figures] of results) console.log(rowOf(system, medianFigures(figures)));
}

type OnSystem = (act: (scene: ProcessScene) => Promise<unknown>, measure: Measure, warmUp: number) => Promise<void>;

const systems: Readonly<Record<System, OnSystem>> = {
  'the machine': onBareMachine,
  'Event Queue': onQueue,
  BullMQ: onBullMq,
};

async function figuresOf(on: OnSystem): Promise<Figures> {
  const measured = new Map<string, number>();
  await on(
    (scene) => burst({ ...scene, measure: (name, value) => void measured.set(name, value) }, EVENTS),
    unseen,
    WARM_UP,
  );
  const figure = (name: string) => measured.get(name) ?? Number.NaN;
  return {
    recorded: figure('called and recorded'),
    accepted99: figure('until accepted, p99'),
    called99: figure('until called, p99'),
  };
}

async function onBullMq(...[act, measure, warmUp]: Parameters<OnSystem>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'event-queue-peers-'));
  const port = await freePort();
  const persistence = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec', '--dir', folder];
  const redis = runProcess('redis-server', ['--bind', '127.0.0.1', '--port', String(port), ...persistence]);
  try {
    await redis.sees(/Ready to accept connections/);
    const start = () => serving(runProcess(process.execPath, [BULLMQ, String(port)]));
    await onProcess(start, act, measure, warmUp);
  } finally {
    redis.kill('SIGTERM');
    await redis.ended;
    await rm(folder, { recursive: true });
  }
}

/** Resolves with the number of small writes that the disk makes in a second if each is synced before the next. */
async function syncsPerSecond(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'event-queue-syncs-'));
  const file = await open(join(folder, 'synced'), 'w');
  const startedAt = performance.now();
  for (let n = 0; n < COMMITS; n++) {
    await file.write(Buffer.alloc(4_096));
    await file.datasync();
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  await file.close();
  await rm(folder, { recursive: true });
  return COMMITS / seconds;
}

function medianFigures(all: readonly Figures[]): Figures {
  const median = (name: keyof Figures) => medianOf(all.map((figures) => figures[name])) ?? Number.NaN;
  return { recorded: median('recorded'), accepted99: median('accepted99'), called99: median('called99') };
}

function rowOf(system: System, { recorded, accepted99, called99 }: Figures): string {
  const rate = `${recorded.toFixed(0).padStart(6)} recorded a second`;
  return `  ${system.padEnd(12)}${rate}, p99 until accepted ${accepted99.toFixed(0)} ms, until called ${called99.toFixed(0)} ms`;
}
