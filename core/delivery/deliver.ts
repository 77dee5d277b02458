import type { Dependencies } from '../dependencies.ts';
import type { Received } from '../event/message.ts';
import type { Deliver } from '../ports.ts';
import { attempter } from './attempt.ts';
import { attemptRecorder, type Ended, isSuccess } from './attempt-recorder.ts';
import { callbackSender } from './callback-sender.ts';
import { isRepeated } from './claim.ts';
import { obsoleteMessageHandler } from './obsolete-message.ts';
import { unrecordedCalls } from './unrecorded-calls.ts';

/** How long a success may wait for its neighbours, so that they are recorded together. */
const LONGEST_LINGER = 100;
/** A write to the store usually takes less. */
const WRITTEN_WITHIN = 500;

/**
 * Makes the attempts that messages ask for and records them. Messages that were handed over before go one after the other,
 * behind the others: one of them may be what killed a deliverer, and must not take its neighbours along.
 */
export function deliverer(dependencies: Dependencies): Deliver {
  const { store, now, sleep, longestTimeout } = dependencies;
  const unrecorded = unrecordedCalls();
  const callbacks = callbackSender(dependencies);
  const recorder = attemptRecorder(dependencies, callbacks, unrecorded.forget);
  const attempt = attempter(
    dependencies,
    unrecorded,
    obsoleteMessageHandler(dependencies, unrecorded, callbacks, recorder),
  );

  async function together(messages: readonly Received[]): Promise<Received[]> {
    const calls = openCalls(messages.length);
    const results = await Promise.allSettled(messages.map((message) => deliver(message, calls)));
    for (const result of results) if (result.status === 'rejected') dependencies.report(result.reason);
    return messages.filter((_, index) => results[index]?.status === 'rejected');
  }

  /**
   * A success goes out in one request with its neighbours, and replaces whatever the store has. Where the store may have got an attempt
   * that must not be lost, the success is recorded by itself, on what the store has: that is so if the event was tried again, because an
   * attempt from before may have been added, and if the event may have been cancelled and tried again since the call started.
   */
  async function deliver(message: Received, calls: OpenCalls): Promise<void> {
    const ended = await attempt(message).finally(calls.oneEnded);
    if (ended === undefined) return;
    const { event, read, progress } = ended;
    if (!isSuccess(progress) || read.triedBefore !== undefined) return recorder.record(ended);
    if (calls.areOpen()) await Promise.race([calls.allEnded, sleep(LONGEST_LINGER)]);
    if (mayHaveBeenTriedAgain(ended, now() + WRITTEN_WITHIN)) return recorder.record(ended);
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

/** Whether somebody may have cancelled the event after its call started, and tried it again: a retry waits for the event's timeout. */
function mayHaveBeenTriedAgain({ event, call }: Ended, at: number): boolean {
  return at >= call.startedAt + event.timeout;
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
