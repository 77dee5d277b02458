import { attempter } from './attempt.ts';
import { attemptRecorder, isSuccess } from './attempt-recorder.ts';
import { callbackSender } from './callback-sender.ts';
import { isRepeated } from './claim.ts';
import type { Received } from './message.ts';
import { passingOver } from './pass-over.ts';
import type { Deliver } from './ports.ts';
import { unrecordedCalls } from './unrecorded-calls.ts';
import type { World } from './world.ts';

/** How long a success may wait for its neighbours, so that they are recorded together. */
const LONGEST_LINGER = 100;

/**
 * Makes the attempts that messages ask for and records them. Messages that were handed over before go one after the other,
 * behind the others: one of them may be what killed a deliverer, and must not take its neighbours along.
 */
export function deliverer(world: World): Deliver {
  const { store, now, sleep, longestTimeout } = world;
  const unrecorded = unrecordedCalls();
  const callbacks = callbackSender(world);
  const recorder = attemptRecorder(world, callbacks, unrecorded.forget);
  const attempt = attempter(world, unrecorded, passingOver(world, unrecorded, callbacks, recorder));

  async function together(messages: readonly Received[]): Promise<Received[]> {
    const calls = openCalls(messages.length);
    const results = await Promise.allSettled(messages.map((message) => deliver(message, calls)));
    for (const result of results) if (result.status === 'rejected') world.report(result.reason);
    return messages.filter((_, index) => results[index]?.status === 'rejected');
  }

  /**
   * A success goes out in one request with its neighbours, and asks for nothing. Only that of an event that was tried again does: an
   * attempt from before may have been added to the history meanwhile, and must not be lost.
   */
  async function deliver(message: Received, calls: OpenCalls): Promise<void> {
    const ended = await attempt(message).finally(calls.oneEnded);
    if (ended === undefined) return;
    const { event, read, progress } = ended;
    if (!isSuccess(progress) || read.triedBefore !== undefined) return recorder.record(ended);
    if (calls.areOpen()) await Promise.race([calls.allEnded, sleep(LONGEST_LINGER)]);
    await store.recordSuccess(event, progress);
    unrecorded.forget(message);
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
