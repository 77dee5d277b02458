import type { Dependencies } from '../dependencies.ts';
import { nextMessage, plain, type Received } from '../event/message.ts';
import { hasReminder } from '../event/reminder-times.ts';
import type { EventRecord } from '../ports.ts';
import type { AttemptRecorder } from './attempt-recorder.ts';
import { areCallbacksPending } from './callback-events.ts';
import type { CallbackSender } from './callback-sender.ts';
import { afterTheFirst, claimOf, crashedCall, isLive, isRepeated } from './claim.ts';
import { isMissing } from './late-attempt.ts';
import type { UnrecordedCalls } from './unrecorded-calls.ts';

/**
 * Handles a message whose attempt is not pending, because the attempt was recorded already, or because its event was
 * cancelled, has finished or was brought forward. No call is made for such a message.
 */
export type HandleObsolete = (message: Received, record: EventRecord) => Promise<undefined>;

export function obsoleteMessageHandler(
  dependencies: Pick<Dependencies, 'store' | 'dueQueue' | 'now' | 'instance' | 'isAlone'>,
  unrecorded: UnrecordedCalls,
  callbacks: CallbackSender,
  { recordLate }: AttemptRecorder,
): HandleObsolete {
  const { store, dueQueue, now } = dependencies;

  /**
   * Adds the attempt of the message to the history if the attempt was made and is missing there: its event was
   * cancelled during the call, and then the store refused the record or the deliverer died. If that deliverer may still
   * be in the call, the message is sent again for the instant at which its claim ends.
   */
  async function handleObsolete(message: Received, record: EventRecord): Promise<undefined> {
    const { progress } = record;
    const made = unrecorded.find(message);
    const claim = isMissing(message, progress) ? claimOf(message, progress) : undefined;
    if (made !== undefined) {
      await recordLate(message, made);
      unrecorded.forget(message);
    } else if (claim !== undefined) {
      if (isLive(claim, now(), dependencies)) return sendBack(message, claim.until);
      await recordLate(message, crashedCall(claim, now()));
    } else return resendNext(message, record);
    return resendNext(message, (await store.findEvent(message.key)) ?? record);
  }

  async function sendBack(message: Received, handOverAt: number): Promise<undefined> {
    await dueQueue.send({ ...plain(message), mayBeDuplicate: true }, handOverAt);
  }

  /**
   * Sends the callbacks or the message of the next attempt again, if the handled message was handed over before
   * or may be a duplicate. The deliverer that got the message first may have recorded the attempt and died then, and
   * the callback or next message would be missing until the audit. If that deliverer did send a next message, the event
   * now has two. So the second one is handed over only after a call for the first one should be recorded; otherwise the
   * call could be made twice.
   */
  async function resendNext(message: Received, record: EventRecord): Promise<undefined> {
    if (!isRepeated(message)) return;
    if (areCallbacksPending(record)) await callbacks.sendAgain(record);
    const { event, progress } = record;
    if (progress.status !== 'waiting_execution' || progress.nextAttempt <= message.attempt) return;
    if (hasReminder(progress)) return;
    const handOverAt = afterTheFirst(progress.nextAttemptAt, event.timeout, now());
    await dueQueue.send({ ...nextMessage(event, progress), mayBeDuplicate: true }, handOverAt);
  }

  return handleObsolete;
}
