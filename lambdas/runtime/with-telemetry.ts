import { SECOND } from '../../core/durations.ts';
import { fullBucket, type Rate, refilled, withoutOne } from './token-bucket.ts';

/**
 * How often a process writes its counts: at once after each invocation, as long as it has tokens, because it may get no
 * other invocation. Under a steady load the tokens are used up, and it writes every ten seconds, so that statistics
 * cost little compared with the events that they count.
 */
export const FLUSHES = { most: 60, every: 10 * SECOND };
/**
 * The milliseconds after which an idle connection to SQS is closed and not used again. If AWS had closed the
 * connection, a request on it would fail, although its message may have arrived. The message would then be sent a
 * second time, to be handed over only after a call for the first one should have ended, so its attempt could be late.
 */
const LONGEST_IDLE = 10 * SECOND;

/**
 * Wraps a handler. When an invocation ends, its metrics are written, and also the unwritten counts of the process if
 * their rate allows it. An error is reported and replaced by another one without details, because Lambda logs the error
 * that a handler throws. If the process dies, its unwritten counts are lost.
 */
export type HandlerWrapper = <Given extends unknown[], Answer>(
  invoke: (...given: Given) => Promise<Answer>,
) => (...given: Given) => Promise<Answer>;

type TelemetryDependencies = {
  now(): number;
  report(error: unknown): void;
  /** Writes the metrics of the invocation. */
  publish(): void;
  /** The statistics that this process has counted in one or more invocations. */
  readonly counts: {
    hasUnwritten(): boolean;
    flush(): Promise<void>;
  };
  /** Closes the idle connections to the due queue. */
  dropIdle(): void;
  /** How often the counts of a process may be written. */
  readonly flushes: Rate;
};

/** Makes the wrapper for the handlers of one process. */
export function withTelemetry({
  now,
  report,
  publish,
  counts,
  dropIdle,
  flushes,
}: TelemetryDependencies): HandlerWrapper {
  let left = fullBucket(flushes, now());
  let endedAt = now();

  /**
   * Writes the counts if there are any and a token is left. A write that fails uses a token too; otherwise every
   * invocation would wait for a table that refuses writes. Its counts stay in memory until the next write.
   */
  async function flushIfAllowed(): Promise<void> {
    left = refilled(left, now());
    const afterwards = withoutOne(left);
    if (afterwards === undefined || !counts.hasUnwritten()) return;
    left = afterwards;
    await counts.flush().catch(report);
  }

  return (invoke) =>
    async (...given) => {
      if (now() - endedAt >= LONGEST_IDLE) dropIdle();
      try {
        return await invoke(...given);
      } catch (error) {
        report(error);
        throw new Error('The invocation failed. The log line before this one says why.');
      } finally {
        publish();
        await flushIfAllowed();
        endedAt = now();
      }
    };
}
