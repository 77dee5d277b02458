import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MINUTE, SECOND } from '../../core/durations.ts';
import { parsePublicKey } from '../../core/event/event-key.ts';
import { type MoodyCall, openForgetfulReceiver } from '../shared/moody-receiver.ts';
import { seededChance } from '../shared/seeded-chance.ts';
import { type Load, steadyLoad } from './steady-load.ts';
import { tableRows } from './table-rows.ts';
import { type Holdings, watchedProcess } from './watched-process.ts';

const LAST_RETRIES_WITHIN = MINUTE;
const SAMPLES = 100;
/** The least milliseconds between samples. Each sample collects the heaps, which blocks the queue for a moment. */
const SHORTEST_PAUSE = 500;
/** The most milliseconds between samples. */
const LONGEST_PAUSE = 20 * SECOND;
const END_OF_WELCOME = /^ *curl .*\n\n/m;

export type SoakOptions = { readonly minutes: number; readonly rate: number; readonly seed: number };

export type SoakReport = {
  readonly samples: readonly Holdings[];
  readonly load: Load;
  /** The rows of the table for each event: after half of the time, and when all events had finished. */
  readonly rowsPerEvent: { readonly half: number; readonly end: number };
  readonly finished: { readonly succeeded: number; readonly failed: number };
  /** The lateness in milliseconds of each first attempt. */
  readonly late: readonly number[];
  /** The output of the queue after its welcome. */
  readonly complaints: string;
};

/**
 * Runs the local runtime, with its data in a folder, under a steady load of events. Some of them are for bad receivers.
 */
export async function soakRun(folder: string, { minutes, rate, seed }: SoakOptions): Promise<SoakReport> {
  const late: number[] = [];
  const receiver = await openForgetfulReceiver((call) => noteLateness(late, call));
  const pause = Math.max(SHORTEST_PAUSE, Math.min(LONGEST_PAUSE, (minutes * MINUTE) / SAMPLES));
  const dataFolder = join(folder, 'data');
  const queue = await watchedProcess(dataFolder, join(folder, 'diagnostics.jsonl'), pause);
  try {
    await queue.sees(END_OF_WELCOME);
    const welcome = queue.printed().length;
    const load: Load = { published: 0, succeeding: 0, failing: 0, errors: [] };
    const until = Date.now() + minutes * MINUTE;
    const target = { queueUrl: queue.url, receiverUrl: receiver.url, rate, chance: seededChance(seed) };
    const [samples, half] = await Promise.all([
      sampled(queue.holdings, { pause, until }),
      rowsAtHalfTime(dataFolder, load, (minutes * MINUTE) / 2),
      steadyLoad(target, until, load),
    ]);
    const finished = await finishedEvents(queue.url, load);
    const end = tableRows(dataFolder) / load.published;
    const complaints = queue
      .printed()
      .slice(welcome)
      .replace(/^.*?\n *curl .*\n\n/s, '');
    return { samples, load, rowsPerEvent: { half, end }, finished, late, complaints };
  } finally {
    queue.kill('SIGTERM');
    await queue.ended;
    receiver.close();
  }
}

function noteLateness(late: number[], { key, attempt, startedAt }: MoodyCall): void {
  const dueAt = parsePublicKey(key)?.dueAt;
  if (attempt === 1 && dueAt !== undefined) late.push(startedAt - dueAt);
}

async function sampled(
  holdings: () => Promise<Holdings>,
  { pause, until }: { readonly pause: number; readonly until: number },
): Promise<readonly Holdings[]> {
  const samples: Holdings[] = [];
  while (Date.now() < until) {
    await sleep(pause);
    samples.push(await holdings());
  }
  return samples;
}

async function rowsAtHalfTime(dataFolder: string, load: Load, halfTime: number): Promise<number> {
  await sleep(halfTime);
  const before = load.published;
  const rows = tableRows(dataFolder);
  return rows / ((before + load.published) / 2);
}

/** The counts of a period in the answer of the queue. */
type Period = { readonly succeeded: number; readonly exhausted: number };

/** Resolves with the counts when all events have finished, or after a minute with those that have. */
async function finishedEvents(queueUrl: string, { published }: Load): Promise<SoakReport['finished']> {
  const deadline = Date.now() + LAST_RETRIES_WITHIN;
  for (;;) {
    const response = await fetch(`${queueUrl}/stats?range=day`, { headers: { 'x-api-key': 'demo' } });
    const { periods } = (await response.json()) as { readonly periods: readonly Period[] };
    const sumOf = (name: keyof Period) => periods.reduce((sum, period) => sum + period[name], 0);
    const finished = { succeeded: sumOf('succeeded'), failed: sumOf('exhausted') };
    if (finished.succeeded + finished.failed >= published || Date.now() > deadline) return finished;
    await sleep(1_000);
  }
}
