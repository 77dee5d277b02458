import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { MINUTE, SECOND } from '../../core/durations.ts';
import { helpIfAsked } from '../../local/help-if-asked.ts';
import { type MoodyReceiver, openMoodyReceiver } from '../shared/moody-receiver.ts';
import { seededChance } from '../shared/seeded-chance.ts';
import { type Killed, printChaos } from './chaos-table.ts';
import { callbacksOf, mixedWish, publishAll, readWhenFinished } from './clients.ts';
import { checkHistory } from './findings.ts';
import type { History } from './history.ts';
import { openKilledQueue } from './killed-queue.ts';
import { openKilledWorkers } from './killed-workers.ts';
import { makeSchedules, runsOf } from './scheduled-runs.ts';

const FINISHED_WITHIN = 120_000;
/** The share of the kills that come while the queue still recovers from the kill before, from 0 to 1. */
const RECOVERING = 0.2;
/**
 * The milliseconds for which schedules run through kills. The request for a schedule makes the runs of its first three
 * minutes, and only the dispatcher makes the later ones.
 */
const SCHEDULED_FOR = 4.5 * MINUTE;
/** The most milliseconds between two kills once all events have been published. */
const LONGEST_LIFE_OF_SCHEDULES = 5 * SECOND;

const help = `Kills the local queue without a warning, again and again, while clients publish events, and checks what happened.

  npm run chaos -- [options]

  --workers          not the local queue, but the deployed functions, each in processes of its own, before an embedded table
                     and an emulated due queue, of which faults keep them away
  --events <number>  how many events are accepted in all (default 20000)
  --kills <number>   how often it is killed (default 50; with --workers 200)
  --schedules <number>
                     how many schedules run each minute meanwhile. It is then killed for four and a half minutes at least, also
                     beyond --kills (default 10; none with --workers, where nothing serves schedules)
  --table-faults <number>
  --queue-faults <number>
                     with --workers: percent of the requests to the table, and to the due queue, that are throttled, slow, cut
                     off before or after they are done, or done in part (default 5)
  --seed <number>    for the same events, pauses and faults once more, as far as processes allow (default: drawn, and printed)`;

type Options = {
  readonly workers: boolean;
  readonly events: number;
  readonly kills: number;
  readonly schedules: number;
  readonly faults: { readonly table: number; readonly queue: number };
  readonly seed: number;
};

helpIfAsked(help);
const options = parseOptions();
if (options === undefined) process.exitCode = 2;
else process.exitCode = (await chaos(options)) ? 0 : 1;

function parseOptions(): Options | undefined {
  try {
    const text = { type: 'string' } as const;
    const numbers = {
      events: text,
      kills: text,
      schedules: text,
      seed: text,
      'table-faults': text,
      'queue-faults': text,
    };
    const { values } = parseArgs({ options: { ...numbers, workers: { type: 'boolean' } } });
    const number = (name: keyof typeof numbers, otherwise: number) =>
      wholeNumber(name, values[name] ?? String(otherwise));
    const { workers = false } = values;
    if (workers && values.schedules !== undefined) throw new Error('--workers and --schedules do not go together.');
    return {
      workers,
      events: number('events', 20_000),
      kills: number('kills', workers ? 200 : 50),
      schedules: number('schedules', workers ? 0 : 10),
      faults: { table: number('table-faults', 5) / 100, queue: number('queue-faults', 5) / 100 },
      seed: number('seed', Math.floor(Math.random() * 2 ** 32)),
    };
  } catch (error) {
    console.error(`${(error as Error).message} See npm run chaos -- --help.`);
    return undefined;
  }
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new Error(`--${name} takes a whole number, not ${text}.`);
  return Number(text);
}

/** Runs a queue that is killed, and prints the findings. Resolves with whether every promise was kept. */
async function chaos(options: Options): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'event-queue-chaos-'));
  const receiver = await openMoodyReceiver();
  const chance = seededChance(options.seed);
  const queue: Killed = options.workers
    ? await openKilledWorkers(folder, options.faults, chance)
    : await openKilledQueue(folder);
  try {
    const startedAt = Date.now();
    const history = await live(options, queue, receiver, chance);
    return printChaos({
      seed: options.seed,
      took: Date.now() - startedAt,
      queue,
      history,
      findings: checkHistory(history),
    });
  } finally {
    await queue.stop();
    receiver.close();
    await rm(folder, { recursive: true });
  }
}

async function live(
  { events, kills, schedules: count, seed }: Options,
  queue: Killed,
  receiver: MoodyReceiver,
  chance: () => number,
): Promise<History> {
  const killing = killer(queue, { events: events * queue.killedFor, kills }, chance);
  const wish = (n: number) => mixedWish(String(n), receiver.url, queue.callTimeoutSeconds, seededChance(seed + n));
  const schedules = await makeSchedules(queue, count, receiver.url);
  const scheduledUntil = Date.now() + (count > 0 ? SCHEDULED_FOR : 0);
  const wanted = await publishAll(queue, events, wish, killing.killWhenDue);
  await killing.done();
  await killing.goOnUntil(scheduledUntil);
  const schedulesUntil = Date.now();
  queue.calm?.();
  const inTime = { until: schedulesUntil, deadline: Date.now() + FINISHED_WITHIN };
  const runs = await runsOf(queue, schedules, receiver.calls, inTime);
  const keys = [...wanted, ...runs].flatMap(({ accepted }) => accepted?.key ?? []);
  const ended = await readWhenFinished(queue, keys, Date.now() + FINISHED_WITHIN);
  const callbacks = callbacksOf(wanted, ended);
  const callbackKeys = callbacks.flatMap(({ accepted }) => accepted?.key ?? []);
  const told = await readWhenFinished(queue, callbackKeys, Date.now() + FINISHED_WITHIN);
  const records = new Map([...ended, ...told]);
  const { writes = 'unknown', messages = 'unknown' } = queue;
  const everything = [...wanted, ...callbacks, ...runs];
  const { calls } = receiver;
  return { wanted: everything, schedules, schedulesUntil, calls, kills: queue.kills, writes, messages, records };
}

/** Kills the queue at random moments that are spread over the events. Some kills come while it still recovers. */
function killer(queue: Killed, { events, kills }: Pick<Options, 'events' | 'kills'>, chance: () => number) {
  let last = Promise.resolve();
  let planned = 0;

  async function killOnce(): Promise<void> {
    await sleep(chance() * queue.longestLife);
    await queue.killAndRestart();
    if (planned >= kills || chance() > RECOVERING) return;
    planned++;
    await killOnce();
  }

  return {
    /** Makes the kills that are due after `accepted` events. Clients wait for it, so that kills keep up with events. */
    async killWhenDue(accepted: number): Promise<void> {
      while (planned < kills && planned < (accepted * kills) / events) {
        planned++;
        last = last.then(killOnce);
        await last;
      }
    },
    done: () => last,
    /** Goes on killing until an instant, but less often. */
    async goOnUntil(instant: number): Promise<void> {
      while (Date.now() < instant) {
        await sleep(chance() * LONGEST_LIFE_OF_SCHEDULES);
        await queue.killAndRestart();
      }
    },
  };
}
