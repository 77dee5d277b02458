import type { Target } from './clients.ts';
import type { Weather } from './faults.ts';
import type { Findings } from './findings.ts';
import type { History, Kill, RecordWrite, SentMessage } from './history.ts';

/** A queue that can be killed. It is one process or several. */
export type Killed = Target & {
  /** The share of the events, from the first on, during which it is killed, from 0 to 1. */
  readonly killedFor: number;
  /** The milliseconds within which a kill follows once it is due. */
  readonly longestLife: number;
  readonly kills: readonly Kill[];
  /** The milliseconds from each start of a process until it served. */
  readonly startTimes: readonly number[];
  /** Kills the process, or one of several, with SIGKILL, and starts it again. */
  killAndRestart(): Promise<void>;
  /** Lets no request to the table or the due queue meet a fault from now on. Absent if requests never meet faults. */
  calm?(): void;
  /** The number of faults of each kind, for the table and for the due queue. */
  readonly faults?: Readonly<Record<string, Weather['counts']>>;
  /** The requests to write to the table; absent if no proxy sees them. */
  readonly writes?: readonly RecordWrite[];
  /** The requests to send messages; absent if no proxy sees them. */
  readonly messages?: readonly SentMessage[];
  /** Returns the number of workers that were stopped because an invocation took too long. */
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

/** Prints the findings, and returns whether every promise was kept. */
export function printChaos(chaos: Chaos): boolean {
  for (const [name, value] of rowsOf(chaos)) console.log(`${name.padEnd(34)}${value}`);
  const broken = brokenPromises(chaos.findings);
  for (const [name, found] of broken) for (const example of found.slice(0, 10)) console.log(`${name}: ${example}`);
  return broken.every(([, found]) => found.length === 0);
}

/** Returns the findings that break a promise, by their names. They are empty if every promise was kept. */
function brokenPromises({
  lost,
  unexpected,
  toldAgain,
  early,
  unexplained,
  mismatched,
  missedInstants,
  extraRuns,
}: Findings): readonly [string, readonly string[]][] {
  return Object.entries({ lost, unexpected, toldAgain, early, unexplained, mismatched, missedInstants, extraRuns });
}

function rowsOf({ seed, took, queue, history, findings }: Chaos): readonly (readonly [string, string | number])[] {
  const { wanted, schedules, calls, kills, records } = history;
  const callbacks = wanted.filter(({ isCallback, accepted }) => isCallback && accepted !== undefined).length;
  const runs = wanted.filter(({ isRun }) => isRun).length;
  const byClients = wanted.filter(({ isCallback, isRun }) => !isCallback && !isRun);
  const accepted = byClients.filter((event) => event.accepted !== undefined).length;
  const finished = [...records.values()].filter(({ status }) => status !== 'waiting_execution').length;
  const crashed = [...records.values()].flatMap(({ attempts }) => attempts).filter((one) => one.outcome === 'crashed');
  const starts = [...queue.startTimes].sort((one, other) => one - other).map(Math.round);
  return [
    ['seed', seed],
    ['kills', kills.length],
    ...rowsOfWorkers(queue),
    ['from start to serving', `p50 ${starts[Math.floor(starts.length / 2)]} ms, max ${starts.at(-1)} ms`],
    ['accepted', accepted],
    ['unknown to their clients', byClients.length - accepted],
    ['callbacks', callbacks],
    ['schedules of each minute', schedules.length],
    ['their runs', runs],
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
    ['told again', findings.toldAgain.length],
    ['early', findings.early.length],
    ['records that differ', findings.mismatched.length],
    ['instants without a run', findings.missedInstants.length],
    ['further runs of schedules', findings.extraRuns.length],
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
