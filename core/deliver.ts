import { attempter, type Ended } from './attempt.ts';
import { callbackSender } from './callback-sender.ts';
import { isRepeated } from './claim.ts';
import { owesCallback } from './failure-callback.ts';
import { hasReminder } from './hands.ts';
import { nextMessage, type Received } from './message.ts';
import type { Deliver } from './ports.ts';
import type { Finished, Progress } from './progress.ts';
import { unrecordedCalls } from './unrecorded-calls.ts';
import type { World } from './world.ts';

/** How long a success may wait for its neighbours, so that they are recorded together. */
const LONGEST_LINGER = 100;

/**
 * Makes the attempts that messages ask for and records them. Messages that were handed over before go one after the other,
 * behind the others: one of them may be what killed a deliverer, and must not take its neighbours along.
 */
export function deliverer(world: World): Deliver {
  const { store, dueQueue, now, sleep, longestTimeout } = world;
  const unrecorded = unrecordedCalls();
  const callbacks = callbackSender(world);
  const attempt = attempter(world, unrecorded, callbacks);

  async function together(messages: readonly Received[]): Promise<Received[]> {
    const calls = openCalls(messages.length);
    const results = await Promise.allSettled(messages.map((message) => deliver(message, calls)));
    for (const result of results) if (result.status === 'rejected') world.report(result.reason);
    return messages.filter((_, index) => results[index]?.status === 'rejected');
  }

  async function deliver(message: Received, calls: OpenCalls): Promise<void> {
    const ended = await attempt(message).finally(calls.oneEnded);
    if (ended === undefined) return;
    if (!isSuccess(ended.progress)) return recordFailure(ended);
    if (calls.areOpen()) await Promise.race([calls.allEnded, sleep(LONGEST_LINGER)]);
    await store.recordSuccess(ended.event, ended.progress);
    unrecorded.forget(ended);
  }

  /**
   * Only the one whose record was taken sends the next message, so that there is never a second chain of attempts. The
   * reminder of an attempt that is too far away for a message comes before the record, and so does the entry in the list of
   * exhausted events: without a record they are passed over.
   */
  async function recordFailure(ended: Ended): Promise<void> {
    const { event, progress } = ended;
    if (progress.status !== 'waiting_execution') {
      await store.keepFailedEntry(event, progress);
      const isRecorded = await record(ended);
      return isRecorded && owesCallback(ended) ? callbacks.send(ended) : undefined;
    }
    const { nextAttempt: attempt, nextAttemptAt: at } = progress;
    const isReminded = hasReminder(progress);
    if (isReminded) await store.keepReminder(event, { kind: 'attempt', key: event.key, attempt, at });
    const won = await record(ended);
    if (won && !isReminded) await dueQueue.send(nextMessage(event, progress));
  }

  async function record(ended: Ended): Promise<boolean> {
    const recorded = await store.recordUnlessChanged(ended.event, ended.read, ended.progress);
    unrecorded.forget(ended);
    return recorded;
  }

  return async (messages, until = Number.POSITIVE_INFINITY) => {
    const toHandOverAgain = await together(messages.filter((message) => !isRepeated(message)));
    for (const message of messages.filter(isRepeated)) {
      const hasTime = now() + longestTimeout < until;
      toHandOverAgain.push(...(hasTime ? await together([message]) : [message]));
    }
    return toHandOverAgain;
  };
}

function isSuccess(progress: Progress): progress is Finished {
  return progress.status === 'success';
}

type OpenCalls = {
  readonly oneEnded: () => void;
  readonly areOpen: () => boolean;
  readonly allEnded: Promise<void>;
};

function openCalls(count: number): OpenCalls {
  const { promise: allEnded, resolve } = Promise.withResolvers<void>();
  let open = count;
  const oneEnded = () => {
    open--;
    if (open === 0) resolve();
  };
  return { oneEnded, areOpen: () => open > 0, allEnded };
}
