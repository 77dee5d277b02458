const SECOND = 1_000;
const FLUSH_EVERY = 10 * SECOND;
/** A message that fails on a connection that AWS has closed may have arrived, as far as anyone knows: its attempt comes late. */
const LONGEST_IDLE = 10 * SECOND;

/**
 * Writes down what an invocation counted: before it ends, since nobody knows whether there will be another. Of a failure Lambda
 * would write all there is to it.
 */
export type Recorded = <Given extends unknown[], Answer>(
  invoke: (...given: Given) => Promise<Answer>,
) => (...given: Given) => Promise<Answer>;

type Surroundings = {
  now(): number;
  report(error: unknown): void;
  /** The metrics of an invocation. */
  publish(): void;
  /** The counts of several. */
  flush(): Promise<void>;
  /** Of connections to the due queue. */
  dropIdle(): void;
};

/** What is done before and after every invocation of a process. */
export function recorder({ now, report, publish, flush, dropIdle }: Surroundings): Recorded {
  let flushedAt = 0;
  let endedAt = now();

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
        if (now() - flushedAt >= FLUSH_EVERY) {
          flushedAt = now();
          await flush().catch(report);
        }
        endedAt = now();
      }
    };
}
