import type { Dependencies } from '../dependencies.ts';
import { SECOND } from '../durations.ts';
import type { QueuedEvent } from '../event/event.ts';
import type { EventKey } from '../event/event-key.ts';
import { type Call, settle, triesLeft } from '../event/lifecycle.ts';
import { type Message, plain, type Received } from '../event/message.ts';
import { isPaused, type Pause } from '../event/pause.ts';
import type { Claim, Progress, Waiting } from '../event/progress.ts';
import type { SigningSecret, Slot } from '../ports.ts';
import { hostAndPortOf } from '../target/target-url.ts';
import type { Ended } from './attempt-recorder.ts';
import { type CallPostponerDependencies, callPostponer } from './call-postponer.ts';
import { afterTheFirst, claimOf, crashedCall, isLive, isRepeated, mayBeContested, withClaim } from './claim.ts';
import { pendingAttempt } from './late-attempt.ts';
import type { HandleObsolete } from './obsolete-message-handler.ts';
import type { SkipRun } from './skip-run.ts';
import type { UnrecordedCalls } from './unrecorded-calls.ts';

/**
 * The longest time, in milliseconds, that a deliverer waits for the instant of a message. An earlier message goes back
 * to the due queue.
 */
const LONGEST_WAIT = SECOND;

export type AttempterDependencies = CallPostponerDependencies &
  Pick<
    Dependencies,
    | 'call'
    | 'concurrency'
    | 'signingSecrets'
    | 'pauses'
    | 'sleep'
    | 'longestTimeout'
    | 'visibility'
    | 'instance'
    | 'isAlone'
  >;

/** An event whose attempt is pending, and what else decides about its call. */
type Pending = {
  readonly event: QueuedEvent;
  readonly progress: Waiting;
  readonly secrets: readonly SigningSecret[];
  readonly pause: Pause | undefined;
};

/**
 * Makes the attempt that a message asks for, at its instant, if it is pending and no other deliverer has claimed it. A
 * call that this process made and could not record is not made again. The result is undefined if there is nothing to
 * record.
 */
export function attempter(
  dependencies: AttempterDependencies,
  unrecorded: UnrecordedCalls,
  handleObsolete: HandleObsolete,
  skipRun: SkipRun,
): (message: Received) => Promise<Ended | undefined> {
  const { store, call, concurrency, now, random, instance } = dependencies;
  const read = reader(dependencies);
  const until = waiter(dependencies);
  const postpone = callPostponer(dependencies);
  const { sendBack, sendLater } = sender(dependencies);

  /**
   * While its host is full, a message waits without its event, because events may be large and many messages may wait.
   * If the message does not name its host, the event is read for that, and read again when the message gets its slot.
   * The event of a repeated message is read first too, because such a message may need no call and so no slot.
   */
  async function attempt(message: Received): Promise<Ended | undefined> {
    if (message.at - now() > LONGEST_WAIT) return sendBack(message);
    await until(message.at);
    const slot = concurrency.request();
    try {
      const isTurnedAway = message.host !== undefined && !isRepeated(message) && !slot.tryAcquire(message.host);
      if (isTurnedAway && !(await slot.acquire())) return undefined;
      for (;;) {
        const ended = await attemptUnlessFull(message, slot);
        if (ended !== 'host is full') return ended;
        if (!(await slot.acquire())) return undefined;
      }
    } finally {
      slot.release();
    }
  }

  async function attemptUnlessFull(message: Received, slot: Slot): Promise<Ended | undefined | 'host is full'> {
    const [record, secrets, pause] = await read(message.key);
    if (record === undefined) return undefined;
    const { event, progress } = record;
    if (!isPending(message, progress)) return handleObsolete(message, record);
    const made = unrecorded.find(message);
    if (made !== undefined) return ended(event, progress, made);
    const claim = claimOf(message, progress);
    if (claim !== undefined) return respectClaim(message, event, progress, claim);
    // During a pause the message is dropped. At the end of the pause, the dispatcher sends another one.
    if (isPaused(pause)) return undefined;
    return startUnlessFull(message, { event, progress, secrets, pause }, slot);
  }

  async function startUnlessFull(message: Received, pending: Pending, slot: Slot) {
    const { event, progress, secrets, pause } = pending;
    if (!slot.tryAcquire(message.host ?? hostAndPortOf(event.url))) return 'host is full';
    const skipped = await skipRun(event, progress);
    if (skipped !== 'not skipped') return skipped === 'skipped' ? undefined : attemptUnlessFull(message, slot);
    if (!mayBeContested(message, pending, now(), dependencies, pause))
      return makeCall(message, event, progress, secrets);
    const claimed = withClaim(event, progress, instance, now());
    // The call is made even if no other call starts any more, because a claim without a call would be taken for a
    // crash.
    if (await store.recordUnlessChanged(event, progress, claimed)) return makeCall(message, event, claimed, secrets);
    return attemptUnlessFull(message, slot);
  }

  /**
   * If the claim is live, another deliverer makes the attempt, and the message comes back when the claim has run out.
   * If the claim has run out, its deliverer died, and the attempt is recorded as crashed.
   */
  async function respectClaim(message: Received, event: QueuedEvent, read: Waiting, claim: Claim) {
    if (isLive(claim, now(), dependencies)) return sendLater({ ...plain(message), mayBeDuplicate: true }, claim.until);
    return ended(event, read, crashedCall(claim, now()));
  }

  async function makeCall(
    message: Received,
    event: QueuedEvent,
    read: Waiting,
    secrets: readonly SigningSecret[],
  ): Promise<Ended | undefined> {
    const startedAt = now();
    const result = await call(event, read.nextAttempt, secrets, triesLeft(event, read));
    if (result.outcome === 'not_made') return postpone(message, event, read, result);
    const made = { startedAt, endedAt: now(), result };
    unrecorded.save(pendingAttempt(event, read), made);
    return ended(event, read, made);
  }

  function ended(event: QueuedEvent, read: Waiting, made: Call): Ended {
    return { event, read, call: made, progress: settle(event, read, made, random()) };
  }

  return attempt;
}

/** Sends a message again that is not handled now. */
function sender({ dueQueue, now, longestTimeout }: Pick<Dependencies, 'dueQueue' | 'now' | 'longestTimeout'>) {
  async function sendLater(message: Message, handOverAt?: number): Promise<undefined> {
    await dueQueue.send(message, handOverAt);
  }

  /**
   * If both messages of an attempt come too early, the second goes back with its delay behind the first. Otherwise two
   * deliverers would make the attempt at the same time.
   */
  async function sendBack(message: Received): Promise<undefined> {
    const isSecond = message.mayBeDuplicate === true;
    return sendLater(plain(message), isSecond ? afterTheFirst(message.at, longestTimeout, now()) : undefined);
  }

  return { sendLater, sendBack };
}

/** Reads, at the same time, all that decides about the attempt of an event. */
function reader({ store, signingSecrets, pauses }: Pick<Dependencies, 'store' | 'signingSecrets' | 'pauses'>) {
  return (key: EventKey) => Promise.all([store.findEvent(key), signingSecrets.cached(), pauses.find()]);
}

/**
 * Waits until the clock has reached an instant. Timers fire up to a millisecond early, so the clock is asked again
 * after each.
 */
function waiter({ now, sleep }: Pick<Dependencies, 'now' | 'sleep'>): (instant: number) => Promise<void> {
  return async (instant) => {
    while (now() < instant) await sleep(instant - now());
  };
}

/**
 * Whether a message names the number and the instant of the pending attempt. Any other message is a repetition or a
 * leftover, and leads to no call.
 */
function isPending({ attempt, at }: Message, progress: Progress): progress is Waiting {
  return progress.status === 'waiting_execution' && progress.nextAttempt === attempt && progress.nextAttemptAt === at;
}
