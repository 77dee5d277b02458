import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { mixedWish, publishAll, readWhenFinished } from './workers/clients.ts';
import { checkHistory, type Findings, type History } from './workers/history.ts';
import { type KilledQueue, openKilledQueue } from './workers/killed-queue.ts';
import { type MoodyReceiver, openMoodyReceiver } from './workers/moody-receiver.ts';
import { seededChance } from './workers/seeded-chance.ts';

const FINISHED_WITHIN = 120_000;
const LONGEST_LIFE = 1_500;
/** How many of the kills come while the queue is still recovering from the one before. */
const RECOVERING = 0.2;

const help = `Kills the local queue without a warning, again and again, while clients publish events, and checks what happened.

  npm run chaos -- [options]

  --events <number>  how many events are accepted in all (default 20000)
  --kills <number>   how often it is killed (default 50)
  --seed <number>    for the same events and pauses once more (default: drawn, and printed)`;

type Options = { readonly events: number; readonly kills: number; readonly seed: number };

const options = parseOptions();
if (options === undefined) process.exitCode = 2;
else process.exitCode = (await chaos(options)) ? 0 : 1;

function parseOptions(): Options | undefined {
  try {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({ options: { events: text, kills: text, seed: text, help: { type: 'boolean' } } });
    if (values.help) {
      console.log(help);
      process.exit(0);
    }
    return {
      events: wholeNumber('events', values.events ?? '20000'),
      kills: wholeNumber('kills', values.kills ?? '50'),
      seed: wholeNumber('seed', values.seed ?? String(Math.floor(Math.random() * 2 ** 32))),
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

/** Answers whether every promise was kept. */
async function chaos(options: Options): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'event-queue-chaos-'));
  const receiver = await openMoodyReceiver();
  const queue = await openKilledQueue(folder);
  try {
    const startedAt = Date.now();
    const history = await live(options, queue, receiver);
    const findings = checkHistory(history);
    print(options, history, findings, queue, Date.now() - startedAt);
    return broken(findings).every(([, found]) => found.length === 0);
  } finally {
    await queue.stop();
    receiver.close();
    await rm(folder, { recursive: true });
  }
}

async function live({ events, kills, seed }: Options, queue: KilledQueue, receiver: MoodyReceiver): Promise<History> {
  const chance = seededChance(seed);
  const killing = killer(queue, { events, kills }, chance);
  const target = { queueUrl: queue.url, serving: queue.serving };
  const wish = (n: number) => mixedWish(String(n), receiver.url, seededChance(seed + n));
  const wanted = await publishAll(target, events, wish, killing.killWhenDue);
  await killing.done();
  const keys = wanted.flatMap(({ accepted }) => accepted?.key ?? []);
  const records = await readWhenFinished(queue.url, keys, Date.now() + FINISHED_WITHIN);
  return { wanted, calls: receiver.calls, kills: queue.kills, records };
}

/** Kills at random moments, spread over the events; some of them while it is still recovering. */
function killer(queue: KilledQueue, { events, kills }: Omit<Options, 'seed'>, chance: () => number) {
  let last = Promise.resolve();
  let planned = 0;

  async function killOnce(): Promise<void> {
    await sleep(chance() * LONGEST_LIFE);
    await queue.killAndRestart();
    if (planned >= kills || chance() > RECOVERING) return;
    planned++;
    await killOnce();
  }

  return {
    /** Clients wait for it where the kills would not keep up with the events. */
    async killWhenDue(accepted: number): Promise<void> {
      while (planned < kills && planned < (accepted * kills) / events) {
        planned++;
        last = last.then(killOnce);
        await last;
      }
    },
    done: () => last,
  };
}

/** What may not be. */
function broken({ lost, unexpected, early, unexplained, mismatched }: Findings): [string, readonly string[]][] {
  return Object.entries({ lost, unexpected, early, unexplained, mismatched });
}

function print(options: Options, history: History, findings: Findings, queue: KilledQueue, took: number): void {
  const { wanted, calls, kills, records } = history;
  const accepted = wanted.filter((event) => event.accepted !== undefined).length;
  const finished = [...records.values()].filter(({ status }) => status !== 'waiting_execution').length;
  const crashed = [...records.values()].flatMap(({ attempts }) => attempts).filter((one) => one.outcome === 'crashed');
  const starts = [...queue.startTimes].sort((one, other) => one - other).map(Math.round);
  const rows: readonly [string, string | number][] = [
    ['seed', options.seed],
    ['kills', kills.length],
    ['from start to serving', `p50 ${starts[Math.floor(starts.length / 2)]} ms, max ${starts.at(-1)} ms`],
    ['accepted', accepted],
    ['unknown to their clients', wanted.length - accepted],
    ['finished', finished],
    ['calls', calls.length],
    ['attempts recorded as crashed', crashed.length],
    ['repeated, explained by a kill', findings.explained.length],
    ['their ends before it, at most', `${findings.latestRecord} ms`],
    ['repeated, unexplained', findings.unexplained.length],
    ['lost', findings.lost.length],
    ['unexpected', findings.unexpected.length],
    ['early', findings.early.length],
    ['records that differ', findings.mismatched.length],
    ['took', `${Math.round(took / 1_000)} s`],
  ];
  for (const [name, value] of rows) console.log(`${name.padEnd(32)}${value}`);
  for (const [name, found] of broken(findings)) {
    for (const example of found.slice(0, 10)) console.log(`${name}: ${example}`);
  }
}
