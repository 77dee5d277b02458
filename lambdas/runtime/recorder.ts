import { fullBucket, type Rate, refilled, withoutOne } from './token-bucket.ts';

const SECOND = 1_000;
/**
 * A burst after a quiet spell is written at once, because nobody knows whether its process gets another invocation. In a steady load a
 * process writes every ten seconds, so that statistics cost little beside the events that they count.
 */
export const FLUSHES = { most: 60, every: 10 * SECOND };
/** A message that fails on a connection that AWS has closed may have arrived, as far as anyone knows: its attempt comes late. */
const LONGEST_IDLE = 10 * SECOND;

/**
 * Wraps what a function does in an invocation: when that ends, its metrics are written, and the counts that its process has not written
 * yet, if the process has a flush left. An error is reported and replaced by another without details, which Lambda would log.
 */
export type Recorded = <Given extends unknown[], Answer>(
  invoke: (...given: Given) => Promise<Answer>,
) => (...given: Given) => Promise<Answer>;

type Surroundings = {
  now(): number;
  report(error: unknown): void;
  /** The metrics of an invocation. */
  publish(): void;
  /** The counts of this process, of one invocation or several. */
  readonly counts: {
    hasUnwritten(): boolean;
    flush(): Promise<void>;
  };
  /** Of connections to the due queue. */
  dropIdle(): void;
  /** How often the counts of a process may be flushed. */
  readonly flushes: Rate;
};

/** Does what is due before and after every invocation of a process. */
export function recorder({ now, report, publish, counts, dropIdle, flushes }: Surroundings): Recorded {
  let left = fullBucket(flushes, now());
  let endedAt = now();

  /**
   * A flush that fails takes a token too: otherwise every invocation would wait for a table that takes no writes. Its counts stay in memory
   * and go with the next one.
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
        throw new Error('It failed: the line before says how.');
      } finally {
        publish();
        await flushIfAllowed();
        endedAt = now();
      }
    };
}
