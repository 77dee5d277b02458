import type { Change } from './event/change.ts';
import type { Attempt } from './event/progress.ts';
import { hostOf } from './target/target-url.ts';

/** What happened to the events for one host in a stretch of time. */
export type HostCounts = {
  readonly succeededAttempts: number;
  readonly failedAttempts: number;
  /** The number of events that failed for good. */
  readonly failedEvents: number;
  /** How the latest failed attempt failed; undefined if no attempt failed. */
  readonly lastError?: HostError | undefined;
};

/** How an attempt failed. `at` is its end, in epoch milliseconds. */
type HostError = Pick<Attempt, 'outcome' | 'statusCode' | 'error'> & { readonly at: number };

/** The counts of each host, by the name that `hostOf` gives the host. */
export type CountsByHost = ReadonlyMap<string, HostCounts>;

/** The name of all hosts beyond those that are counted apart. No URL has this host. */
export const OTHER_HOSTS = '';

export const noHostCounts: HostCounts = { succeededAttempts: 0, failedAttempts: 0, failedEvents: 0 };

/**
 * A process counts at most this many hosts separately in a period, and the others together. Without this limit,
 * publishers would decide how large the items of statistics become.
 */
const MOST_HOSTS = 50;
/** A reason is cut to this many characters. */
const LONGEST_REASON = 100;

/**
 * Adds a change to the counts of its host, or to those of the others if 50 other hosts have names. The map is changed,
 * because a copy of it for each attempt would take longer than all other counting.
 */
export function countHost(counts: Map<string, HostCounts>, change: Change): void {
  const happened = countsOf(change);
  if (happened === undefined) return;
  const host = hostOf(change.event.url);
  if (!counts.has(host) && happened.failedAttempts > 0) makeRoom(counts);
  const name = counts.has(host) || namedIn(counts) < MOST_HOSTS ? host : OTHER_HOSTS;
  counts.set(name, sumOf(counts.get(name) ?? noHostCounts, happened));
}

/**
 * Adds counts to a sum. The sum is changed, because hundreds of processes may have counted thousands of hosts, and a
 * copy of the sum for each of them would take longer than a client waits for the statistics.
 */
export function addHosts(sum: Map<string, HostCounts>, counts: CountsByHost): void {
  for (const [host, one] of counts) sum.set(host, sumOf(sum.get(host) ?? noHostCounts, one));
}

/**
 * The counts of the hosts with the most failed attempts by their names, and of the others together.
 *
 * @param most The largest number of hosts that keep their names.
 */
export function withoutSurplusHosts(counts: CountsByHost, most = MOST_HOSTS): CountsByHost {
  if (namedIn(counts) <= most) return counts;
  const named = [...counts].filter(([host]) => host !== OTHER_HOSTS);
  const mostFailed = named.sort(([, one], [, other]) => other.failedAttempts - one.failedAttempts);
  return together(
    counts,
    mostFailed.slice(0, most).map(([host]) => host),
  );
}

/** The counts of some hosts by their names, and of all others together. */
export function together(counts: CountsByHost, names: readonly string[]): CountsByHost {
  const named = new Set(names);
  const kept = new Map([...counts].filter(([host]) => named.has(host)));
  const others = [...counts].filter(([host]) => !named.has(host)).map(([, one]) => one);
  return others.length === 0 ? kept : kept.set(OTHER_HOSTS, others.reduce(sumOf));
}

/**
 * Counts a host without failures among the others, if all names are taken. Otherwise a queue that calls many hosts would
 * never name the one that fails.
 */
function makeRoom(counts: Map<string, HostCounts>): void {
  if (namedIn(counts) < MOST_HOSTS) return;
  for (const [host, one] of counts) {
    if (host === OTHER_HOSTS || one.failedAttempts + one.failedEvents > 0) continue;
    counts.delete(host);
    counts.set(OTHER_HOSTS, sumOf(counts.get(OTHER_HOSTS) ?? noHostCounts, one));
    return;
  }
}

function namedIn(counts: CountsByHost): number {
  return counts.size - (counts.has(OTHER_HOSTS) ? 1 : 0);
}

/** What a change adds to the counts of its host; undefined if it adds nothing. */
function countsOf(change: Change): HostCounts | undefined {
  if (change.kind === 'attempted') return countsOfAttempt(change.attempt);
  const hasFailed = change.kind === 'finished' && change.progress.status === 'failed';
  return hasFailed ? { ...noHostCounts, failedEvents: 1 } : undefined;
}

function countsOfAttempt({ startedAt, duration, outcome, statusCode, error }: Attempt): HostCounts {
  if (outcome === 'answered' && statusCode !== undefined && statusCode < 300)
    return { ...noHostCounts, succeededAttempts: 1 };
  const reason = error === undefined ? {} : { error: error.slice(0, LONGEST_REASON) };
  const code = statusCode === undefined ? {} : { statusCode };
  return { ...noHostCounts, failedAttempts: 1, lastError: { at: startedAt + duration, outcome, ...code, ...reason } };
}

function sumOf(one: HostCounts, other: HostCounts): HostCounts {
  const lastError = latestOf(one.lastError, other.lastError);
  return {
    succeededAttempts: one.succeededAttempts + other.succeededAttempts,
    failedAttempts: one.failedAttempts + other.failedAttempts,
    failedEvents: one.failedEvents + other.failedEvents,
    ...(lastError && { lastError }),
  };
}

function latestOf(one: HostError | undefined, other: HostError | undefined): HostError | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return other.at >= one.at ? other : one;
}
