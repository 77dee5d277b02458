import type { Target } from './clients.ts';
import type { Weather } from './faults.ts';
import type { Findings } from './findings.ts';
import type { History, Kill } from './history.ts';

/** A queue that is killed, as one process or as several. */
export type Killed = Target & {
  /** As clients ask for it: a call that takes longer has timed out. */
  readonly callTimeoutSeconds: number;
  /** The share of the events, from the first on, among which it is killed. */
  readonly killedFor: number;
  /** Milliseconds from one kill to the next, at most. */
  readonly longestLife: number;
  readonly kills: readonly Kill[];
  /** Milliseconds from each start to serving. */
  readonly startTimes: readonly number[];
  /** Kills it, or one of its processes, without a warning, and starts it again. */
  killAndRestart(): Promise<void>;
  /** No more faults from now on. */
  calm?(): void;
  /** By where they happened. */
  readonly faults?: Readonly<Record<string, Weather['counts']>>;
  readonly writes?: History['writes'];
  readonly messages?: History['messages'];
  /** How many workers were stopped because an invocation took too long. */
  timedOut?(): number;
  stop(): Promise<void>;
};

type Chaos = {
  readonly seed: number;
  readonly took: number;
  readonly queue: Killed;
  readonly history: History;
  readonly findings: Findings;
};

/** Answers whether every promise was kept. */
export function printChaos(chaos: Chaos): boolean {
  for (const [name, value] of rowsOf(chaos)) console.log(`${name.padEnd(34)}${value}`);
  const broken = brokenPromises(chaos.findings);
  for (const [name, found] of broken) for (const example of found.slice(0, 10)) console.log(`${name}: ${example}`);
  return broken.every(([, found]) => found.length === 0);
}

/** What may not be. */
function brokenPromises({
  lost,
  unexpected,
  early,
  unexplained,
  mismatched,
}: Findings): readonly [string, readonly string[]][] {
  return Object.entries({ lost, unexpected, early, unexplained, mismatched });
}

function rowsOf({ seed, took, queue, history, findings }: Chaos): readonly (readonly [string, string | number])[] {
  const { wanted, calls, kills, records } = history;
  const accepted = wanted.filter((event) => event.accepted !== undefined).length;
  const finished = [...records.values()].filter(({ status }) => status !== 'waiting_execution').length;
  const crashed = [...records.values()].flatMap(({ attempts }) => attempts).filter((one) => one.outcome === 'crashed');
  const starts = [...queue.startTimes].sort((one, other) => one - other).map(Math.round);
  return [
    ['seed', seed],
    ['kills', kills.length],
    ...rowsOfWorkers(queue),
    ['from start to serving', `p50 ${starts[Math.floor(starts.length / 2)]} ms, max ${starts.at(-1)} ms`],
    ['accepted', accepted],
    ['unknown to their clients', wanted.length - accepted],
    ['finished', finished],
    ['calls', calls.length],
    ['attempts recorded as crashed', crashed.length],
    ['repeated, explained by a kill', findings.explained.length],
    ['their ends before it, at most', `${findings.latestRecord} ms`],
    ['repeated, their records refused', findings.refused.length],
    ['repeated, sent twice, called late', findings.overtaken.length],
    ['repeated, connection closed', findings.reconnected.length],
    ['repeated, unexplained', findings.unexplained.length],
    ['lost', findings.lost.length],
    ['unexpected', findings.unexpected.length],
    ['early', findings.early.length],
    ['records that differ', findings.mismatched.length],
    ['took', `${Math.round(took / 1_000)} s`],
  ];
}

function rowsOfWorkers({ kills, faults = {}, timedOut }: Killed): readonly (readonly [string, string | number])[] {
  if (timedOut === undefined) return [];
  const byName = Map.groupBy(kills, ({ worker = '' }) => worker.replace(/-\d+$/, ''));
  return [
    ...[...byName].map(([name, some]) => [`  of ${name}`, some.length] as const),
    ['  because their time ran out', timedOut()],
    ...Object.entries(faults).flatMap(([part, counts]) =>
      Object.entries(counts).map(([fault, count]) => [`${part}: ${fault}`, count] as const),
    ),
  ];
}
