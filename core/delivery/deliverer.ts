import type { Received } from '../event/message.ts';
import type { Deliver } from '../ports.ts';
import { attemptRecorder, type Ended, isSuccess } from './attempt-recorder.ts';
import { type AttempterDependencies, attempter } from './attempter.ts';
import { type CallbackSenderDependencies, callbackSender } from './callback-sender.ts';
import { isRepeated } from './claim.ts';
import { obsoleteMessageHandler } from './obsolete-message-handler.ts';
import { overlapSkipper } from './overlap-skipper.ts';
import { type SkipRun, skippedByAny } from './skip-run.ts';
import { unrecordedCalls } from './unrecorded-calls.ts';

/**
 * The longest time, in milliseconds, that a success waits for the other calls of its batch, so that they are recorded
 * in one request.
 */
const LONGEST_LINGER = 100;
/** The time, in milliseconds, within which a write to the store usually ends. */
const WRITTEN_WITHIN = 500;

/**
 * Makes the attempts that messages ask for, and records them. Messages that were handed over before are handled after
 * all other messages, one at a time: the call of one of them may have killed its deliverer, and must not take other
 * calls with it.
 *
 * @param skipIfStopped Cancels a run of a schedule that was stopped.
 */
export function deliverer(
  dependencies: AttempterDependencies & CallbackSenderDependencies,
  skipIfStopped: SkipRun,
): Deliver {
  const { store, now, sleep, longestTimeout } = dependencies;
  const unrecorded = unrecordedCalls();
  const callbacks = callbackSender(dependencies);
  const recorder = attemptRecorder(dependencies, callbacks, unrecorded.forget);
  const attempt = attempter(
    dependencies,
    unrecorded,
    obsoleteMessageHandler(dependencies, unrecorded, callbacks, recorder),
    skippedByAny(skipIfStopped, overlapSkipper(dependencies, callbacks)),
  );

  async function together(messages: readonly Received[]): Promise<Received[]> {
    const calls = openCalls(messages.length);
    const results = await Promise.allSettled(messages.map((message) => deliver(message, calls)));
    for (const result of results) if (result.status === 'rejected') dependencies.report(result.reason);
    return messages.filter((_, index) => results[index]?.status === 'rejected');
  }

  /**
   * A success is recorded in one request with the others of its batch, and replaces the progress in the store. It is
   * recorded conditionally instead if the store may have got an attempt that this would lose: if the event was opened
   * again before the call, because an earlier attempt may have been added, and if it may have been cancelled and opened
   * again since the call started. If callbacks tell of the success, it is recorded conditionally as well, so that only
   * the deliverer whose record was accepted sends them.
   */
  async function deliver(message: Received, calls: OpenCalls): Promise<void> {
    const ended = await attempt(message).finally(calls.oneEnded);
    if (ended === undefined) return;
    const { event, read, progress } = ended;
    if (!isSuccess(progress) || progress.callbackPending || read.triedBefore !== undefined)
      return recorder.record(ended);
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

/**
 * Whether an event may have been cancelled and opened again since its call started. A retry waits for the event's
 * timeout after a cancel.
 */
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
