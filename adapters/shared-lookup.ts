import type { LookupFunction } from 'node:net';
import { MINUTE, SECOND } from '../core/durations.ts';
import { hungNames } from './hung-names.ts';
import { rankedSlots } from './ranked-slots.ts';

type Answer = Parameters<LookupFunction>[2];
type Found = Parameters<Answer>;

/**
 * A look-up fails after this many milliseconds. A call has five seconds by default, so its result can still name the
 * look-up as the reason.
 */
const LONGEST = 4 * SECOND;
/**
 * A look-up without an answer gives up its place after this many milliseconds. Until then the resolver may still be
 * working on it, even if its callers have failed.
 */
const LONGEST_HELD = MINUTE;
/**
 * A timer that fires this many milliseconds late shows that the process was suspended, as a Lambda function is between
 * two invocations.
 */
const SUSPENDED = 5 * SECOND;
/** The code of a look-up that no name server has answered. */
const TIMED_OUT = 'ETIMEOUT';

export type LookupBounds = {
  /**
   * The number of names that hung before and are looked up at the same time. With one, a resolver that has two threads
   * always has a thread for other names.
   *
   * @default 1
   */
  readonly mostHung?: number;
  /**
   * The milliseconds after which a look-up without an answer fails with ETIMEOUT.
   *
   * @default 4_000
   */
  readonly longest?: number;
  /** Returns the milliseconds of a monotonic clock, which may count from any instant. */
  readonly now?: () => number;
};

/**
 * Wraps a resolver so that a name whose name server never answers does not hold up other names. Calls that ask for the
 * same name at the same time share one look-up. It fails with ETIMEOUT if the resolver does not answer in time. After
 * that, calls to the name fail at once for half a minute. Then the name is looked up again. Only few names that hung
 * are looked up at the same time, and those that hung least often come first. With any other answer in time, the name
 * is treated like all others again.
 */
export function sharedLookup(resolve: LookupFunction, bounds: LookupBounds = {}): LookupFunction {
  const { mostHung = 1, longest = LONGEST, now = () => performance.now() } = bounds;
  const waiting = new Map<string, Answer[]>();
  const hung = hungNames(now);
  const slots = rankedSlots(mostHung, LONGEST_HELD);

  function lookUp(name: string, options: Parameters<LookupFunction>[1], first: Answer): void {
    const asking = [first];
    waiting.set(name, asking);
    const timesHung = hung.timesOf(name);
    const askedAt = now();
    const timer = setTimeout(() => setImmediate(giveUp), longest);
    let mayHaveHung = false;
    let leave = () => {};
    if (timesHung === 0) start();
    else leave = slots.enter(start, timesHung);

    function start(release = () => {}): void {
      mayHaveHung = true;
      resolve(name, options, (...found) => {
        release();
        answerAll(found);
      });
    }

    /**
     * Ends the wait for the resolver. An answer that came while this process was busy has been read by now. An answer
     * that came while the process was suspended is lost, so the name does not count as hung then.
     */
    function giveUp(): void {
      leave();
      if (now() - askedAt > longest + SUSPENDED) mayHaveHung = false;
      answerAll([noAnswerInTime(), []]);
    }

    function answerAll(found: Found): void {
      if (waiting.get(name) !== asking) return;
      waiting.delete(name);
      clearTimeout(timer);
      if (found[0]?.code !== TIMED_OUT) hung.forget(name);
      else if (mayHaveHung) hung.add(name);
      for (const answer of asking) answer(...found);
    }
  }

  return (name, options, answer) => {
    const others = waiting.get(name);
    if (others !== undefined) others.push(answer);
    else if (hung.isRecent(name)) setImmediate(answer, noAnswerInTime(), []);
    else lookUp(name, options, answer);
  };
}

function noAnswerInTime(): NodeJS.ErrnoException {
  return Object.assign(new Error('The name could not be looked up in time.'), { code: TIMED_OUT });
}
