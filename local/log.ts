import type { Writable } from 'node:stream';
import { failureLine } from '../adapters/failure-line.ts';
import { MINUTE, SECOND } from '../core/durations.ts';
import type { Change } from '../core/event/change.ts';
import type { QueuedEvent } from '../core/event/event.ts';
import { publicKey } from '../core/event/event-key.ts';
import type { Finished } from '../core/event/progress.ts';
import { hostAndPortOf } from '../core/target/target-url.ts';
import { failureText } from './report.ts';

/**
 * Lines are dropped while a stream holds this many characters that nobody has read. Otherwise they would fill the
 * memory of the process.
 */
const MOST_UNREAD = 1_000_000;

export type LogOptions = {
  readonly format: 'text' | 'json';
  /** Leaves out the lines about events that failed, and the summaries. */
  readonly isQuiet: boolean;
};

/**
 * Prints what happens in a running queue: lines of text for a terminal, or one JSON object in each line for a program.
 */
export type Log = {
  /** Prints a message. The fields are printed in JSON only. */
  say(message: string, fields?: object): void;
  /** Prints why the queue ends, on stderr. */
  complain(message: string): void;
  /** Prints an unexpected failure on stderr. */
  report(error: unknown): void;
  /** Prints a line if the event has failed for good, and counts the change for the next summary. */
  onChange(change: Change): void;
  /** Prints the last summary, and no further one. */
  stop(): void;
};

type Line = { readonly level: 'info' | 'warn' | 'error'; readonly message: string; readonly [field: string]: unknown };

/** The streams that a log prints to, and the milliseconds between two summaries. */
type LogDependencies = {
  readonly stdout?: Writable;
  readonly stderr?: Writable;
  readonly every?: number;
};

/** Opens the log of a queue. After each minute in which something happened, it prints a summary. */
export function openLog({ format, isQuiet }: LogOptions, dependencies: LogDependencies = {}): Log {
  const { stdout = process.stdout, stderr = process.stderr, every = MINUTE } = dependencies;
  let counts = { ...noCounts };
  let since = Date.now();
  const timer = setInterval(summarize, every);

  function say(message: string, fields: object = {}): void {
    print(stdout, format === 'json' ? jsonLine({ level: 'info', message, ...fields }) : message);
  }

  function complain(message: string): void {
    print(stderr, format === 'json' ? jsonLine({ level: 'error', message }) : message);
  }

  function report(error: unknown): void {
    const line = { level: 'error', message: 'failure', failure: failureLine(error) } as const;
    print(stderr, format === 'json' ? jsonLine(line) : failureText(error));
  }

  function onChange(change: Change): void {
    if (change.kind === 'accepted') counts.accepted++;
    if (change.kind === 'attempted') {
      counts.attempts++;
      counts.latest_ms = Math.max(counts.latest_ms, change.attempt.late);
    }
    if (change.kind !== 'finished') return;
    counts[COUNTED_AS[change.progress.status]]++;
    if (change.progress.status === 'failed') printFailure(change.event, change.progress);
  }

  function printFailure(event: QueuedEvent, progress: Finished): void {
    const { message, ...fields } = failure(event, progress);
    printUnlessQuiet({ level: 'warn', message, ...fields });
  }

  function summarize(): void {
    const latest = counts;
    const seconds = Math.max(1, Math.round((Date.now() - since) / SECOND));
    counts = { ...noCounts };
    since = Date.now();
    const { latest_ms, ...numbers } = latest;
    if (Object.values(numbers).some((number) => number > 0))
      printUnlessQuiet({ level: 'info', message: summaryOf(latest, seconds), seconds, ...latest });
  }

  function printUnlessQuiet(line: Line): void {
    if (isQuiet) return;
    print(stdout, format === 'json' ? jsonLine(line) : `${timeOfDay()} ${line.message}`);
  }

  function stop(): void {
    clearInterval(timer);
    summarize();
  }

  return { say, complain, report, onChange, stop };
}

/** The counts of a new summary, with the names that the fields of a line have. */
const noCounts = { accepted: 0, attempts: 0, success: 0, max_try_count_reached: 0, cancelled: 0, latest_ms: 0 };

const COUNTED_AS = { success: 'success', failed: 'max_try_count_reached', cancelled: 'cancelled' } as const;

function summaryOf(counts: typeof noCounts, seconds: number): string {
  const { accepted, attempts, success, max_try_count_reached, cancelled, latest_ms } = counts;
  const parts = [
    [accepted, `${accepted} accepted`],
    [attempts, `${attemptsText(attempts)}, at most ${latest_ms} ms late`],
    [success, `${success} succeeded`],
    [max_try_count_reached, `${max_try_count_reached} failed for good`],
    [cancelled, `${cancelled} cancelled`],
  ] as const;
  return `Within ${seconds} s: ${parts.flatMap(([number, text]) => (number === 0 ? [] : [text])).join('; ')}.`;
}

/**
 * The line about an event that failed for good. It names only the host of the URL, because path and query may contain
 * secrets.
 */
function failure({ key, url }: QueuedEvent, { tryCount, attempts, endedBecause }: Finished) {
  const { outcome, statusCode, error } = attempts.at(-1) ?? {};
  const reason = error ?? `It was answered ${statusCode}.`;
  const host = hostAndPortOf(url);
  return {
    message: `Event ${publicKey(key)} to ${host} failed for good after ${attemptsText(tryCount)}. The last one: ${reason}`,
    event_key: publicKey(key),
    host,
    try_count: tryCount,
    ...(outcome !== undefined && { outcome }),
    ...(statusCode !== undefined && { status_code: statusCode }),
    ...(error !== undefined && { reason: error }),
    ...(endedBecause !== undefined && { ended_because: endedBecause }),
  };
}

function attemptsText(count: number): string {
  return count === 1 ? '1 attempt' : `${count} attempts`;
}

function jsonLine(line: Line): string {
  return JSON.stringify({ timestamp: new Date().toISOString(), ...line });
}

function timeOfDay(): string {
  return new Date().toTimeString().slice(0, 8);
}

function print(stream: Writable, line: string): void {
  if (stream.writableLength < MOST_UNREAD) stream.write(`${line}\n`);
}
