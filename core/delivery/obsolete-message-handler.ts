import type { Dependencies } from '../dependencies.ts';
import { nextMessage, plain, type Received } from '../event/message.ts';
import { hasReminder } from '../event/reminder-times.ts';
import type { EventRecord } from '../ports.ts';
import type { AttemptRecorder } from './attempt-recorder.ts';
import type { CallbackSender } from './callback-sender.ts';
import { afterTheFirst, claimOf, crashedCall, isLive, isRepeated } from './claim.ts';
import { isCallbackPending } from './failure-callback.ts';
import { isMissing } from './late-attempt.ts';
import type { UnrecordedCalls } from './unrecorded-calls.ts';

/** Handles a message whose attempt is not pending. It is a repetition or a leftover, and no call is made for it. */
export type HandleObsolete = (message: Received, record: EventRecord) => Promise<undefined>;

export function obsoleteMessageHandler(
  dependencies: Dependencies,
  unrecorded: UnrecordedCalls,
  callbacks: CallbackSender,
  { recordLate }: AttemptRecorder,
): HandleObsolete {
  const { dueQueue, now } = dependencies;

  /**
   * The attempt may have been made before its event was cancelled and not be recorded, because the store refused the
   * record or the deliverer died in the call. Such an attempt is added to the history.
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
    }
    return resendNext(message, record);
  }

  async function sendBack(message: Received, handOverAt: number): Promise<undefined> {
    await dueQueue.send({ ...plain(message), mayBeDuplicate: true }, handOverAt);
  }

  /**
   * A deliverer may have died between recording an attempt and sending the next message or the failure callback. Then
   * its own message is handed over again, and what is missing is sent here. It comes behind a message that the
   * deliverer may have sent before it died.
   */
  async function resendNext(message: Received, record: EventRecord): Promise<undefined> {
    if (!isRepeated(message)) return;
    if (isCallbackPending(record)) await callbacks.sendAgain(record);
    const { event, progress } = record;
    if (progress.status !== 'waiting_execution' || progress.nextAttempt <= message.attempt) return;
    if (hasReminder(progress)) return;
    const handOverAt = afterTheFirst(progress.nextAttemptAt, event.timeout, now());
    await dueQueue.send({ ...nextMessage(event, progress), mayBeDuplicate: true }, handOverAt);
  }

  return handleObsolete;
}
