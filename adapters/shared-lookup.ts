import type { LookupFunction } from 'node:net';
import { hungNames } from './hung-names.ts';
import { rankedSlots } from './ranked-slots.ts';

type Answer = Parameters<LookupFunction>[2];
type Found = Parameters<Answer>;

/** A call has five seconds unless its event says otherwise: within them it can still say that its name was the reason. */
const LONGEST = 4_000;
/** Until a resolver has answered, however late, it may be at work on a name; if it has not within a minute, it is taken to have given up. */
const LONGEST_HELD = 60_000;
/** A timer that fires so much too late says that the process was suspended, as a function is between two invocations. */
const SUSPENDED = 5_000;
/** What a resolver says when no name server has answered it. */
const TIMED_OUT = 'ETIMEOUT';

export type LookupBounds = {
  /**
   * How many names that hung before are looked up at the same time. A resolver with two threads is not filled by one.
   * @default 1
   */
  readonly mostHung?: number;
  /**
   * Milliseconds after which whoever asked is told that there is no answer.
   * @default 4_000
   */
  readonly longest?: number;
  /** Milliseconds on a clock that is never put back. */
  readonly now?: () => number;
};

/**
 * Keeps a name whose name server never answers from holding up other names. A name is looked up once for all who ask meanwhile, and
 * whoever asks gets an answer in time, with the code ETIMEOUT if the resolver has none. After that, calls to the name fail at once for
 * half a minute. Then it is looked up again, together with few others that hung, those first that hung least often. Any answer in time
 * makes it a name like all others.
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
        tell(found);
      });
    }

    /** An answer that came while this process was busy has been read by now. One that came while it was suspended is lost. */
    function giveUp(): void {
      leave();
      if (now() - askedAt > longest + SUSPENDED) mayHaveHung = false;
      tell([noAnswerInTime(), []]);
    }

    function tell(found: Found): void {
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
