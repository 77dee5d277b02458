import type { Dependencies } from '../dependencies.ts';
import type { QueuedEvent } from '../event/event.ts';
import type { EventKey } from '../event/event-key.ts';
import { type Call, settle, triesLeft } from '../event/lifecycle.ts';
import { type Message, plain, type Received } from '../event/message.ts';
import { isPaused, type Pause } from '../event/pause.ts';
import type { Claim, Progress, Waiting } from '../event/progress.ts';
import type { SigningSecret, Slot } from '../ports.ts';
import { hostAndPortOf } from '../target/target-url.ts';
import type { Ended } from './attempt-recorder.ts';
import { callPostponer } from './call-postponer.ts';
import { afterTheFirst, claimOf, crashedCall, isLive, isRepeated, mayBeContested, withClaim } from './claim.ts';
import { pendingAttempt } from './late-attempt.ts';
import type { HandleObsolete } from './obsolete-message.ts';
import type { UnrecordedCalls } from './unrecorded-calls.ts';

/** A message that arrives this much before its instant is waited for; an earlier one goes back to the due queue. */
const LONGEST_WAIT = 1_000;

/** An event whose attempt is owed, and what else decides about its call. */
type Owed = {
  readonly event: QueuedEvent;
  readonly progress: Waiting;
  readonly secrets: readonly SigningSecret[];
  readonly pause: Pause | undefined;
};

/**
 * Makes the attempt that a message asks for, at its instant, if it is the one that is owed and nobody else is at it. A call
 * that was made here and could not be recorded is not made again.
 */
export function attempter(
  dependencies: Dependencies,
  unrecorded: UnrecordedCalls,
  handleObsolete: HandleObsolete,
): (message: Received) => Promise<Ended | undefined> {
  const { store, dueQueue, call, concurrency, now, random, instance } = dependencies;
  const read = reader(dependencies);
  const until = waiter(dependencies);
  const postpone = callPostponer(dependencies);

  /**
   * While its host is full, a message waits without its event, which may be large. If it does not name its host, its event is read for
   * that, forgotten, and read again when its turn has come. One that comes again is read first too: it may need no call.
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
    // The message is dropped. After the pause, the dispatcher sends another one.
    if (isPaused(pause)) return undefined;
    return startUnlessFull(message, { event, progress, secrets, pause }, slot);
  }

  async function startUnlessFull(message: Received, owed: Owed, slot: Slot) {
    const { event, progress, secrets, pause } = owed;
    if (!slot.tryAcquire(message.host ?? hostAndPortOf(event.url))) return 'host is full';
    if (!mayBeContested(message, owed, now(), dependencies, pause)) return makeCall(message, event, progress, secrets);
    const claimed = withClaim(event, progress, instance, now());
    // Made even if nothing else starts any more: a claim without a call would be taken for a crash.
    if (await store.recordUnlessChanged(event, progress, claimed)) return makeCall(message, event, claimed, secrets);
    return attemptUnlessFull(message, slot);
  }

  /** A live claim is another deliverer's, so the message comes back when it has run out. A dead one says how the attempt ended. */
  async function respectClaim(message: Received, event: QueuedEvent, read: Waiting, claim: Claim) {
    if (isLive(claim, now(), dependencies)) return sendLater({ ...plain(message), again: true }, claim.until);
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
    unrecorded.keep(pendingAttempt(event, read), made);
    return ended(event, read, made);
  }

  function ended(event: QueuedEvent, read: Waiting, made: Call): Ended {
    return { event, read, call: made, progress: settle(event, read, made, random()) };
  }

  /** A second message stays behind the first, however often both come too early. */
  async function sendBack(message: Received): Promise<undefined> {
    const isSecond = message.again === true;
    return sendLater(
      plain(message),
      isSecond ? afterTheFirst(message.at, dependencies.longestTimeout, now()) : undefined,
    );
  }

  async function sendLater(message: Message, handOverAt?: number): Promise<undefined> {
    await dueQueue.send(message, handOverAt);
  }

  return attempt;
}

/** Reads at one moment all that decides about the attempt of an event. */
function reader({ store, signingSecrets, pauses }: Dependencies) {
  return (key: EventKey) => Promise.all([store.findEvent(key), signingSecrets.cached(), pauses.find()]);
}

/** Timers fire up to a millisecond early, so the clock is asked again after each. */
function waiter({ now, sleep }: Dependencies): (instant: number) => Promise<void> {
  return async (instant) => {
    while (now() < instant) await sleep(instant - now());
  };
}

/** A message is worth a call only if it names the very attempt that comes next; all others are repetitions or leftovers. */
function isPending({ attempt, at }: Message, progress: Progress): progress is Waiting {
  return progress.status === 'waiting_execution' && progress.nextAttempt === attempt && progress.nextAttemptAt === at;
}
