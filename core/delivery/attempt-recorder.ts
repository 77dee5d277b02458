import type { Dependencies } from '../dependencies.ts';
import type { QueuedEvent } from '../event/event.ts';
import { type Call, settle } from '../event/lifecycle.ts';
import { nextMessage } from '../event/message.ts';
import type { Finished, Progress, Waiting } from '../event/progress.ts';
import { hasReminder } from '../event/reminder-times.ts';
import type { EventRecord } from '../ports.ts';
import { areCallbacksPending } from './callback-events.ts';
import type { CallbackSender } from './callback-sender.ts';
import { type NamedAttempt, pendingAttempt, withLateAttempt } from './late-attempt.ts';

/**
 * The number of times that a record is tried. The store refuses it only if the event has been changed since it was
 * read.
 */
const MOST_TRIES = 10;

/**
 * An attempt that has ended: the progress that was read before it, its call, and the progress that follows from both.
 */
export type Ended = {
  readonly event: QueuedEvent;
  readonly read: Waiting;
  readonly call: Call;
  readonly progress: Progress;
};

export type AttemptRecorder = {
  /**
   * Records an attempt, and sends the next message or the callbacks. If it rejects, either may be missing, and
   * the message has to be handed over again.
   */
  record(ended: Ended): Promise<void>;
  /**
   * Records an attempt that is no longer pending: while it was under way, its event was cancelled, or another deliverer
   * claimed or recorded it. If that makes the event a success, sends the callbacks.
   */
  recordLate(named: NamedAttempt, call: Call): Promise<void>;
};

/** @param onRecorded Called when an attempt is recorded, before what follows from it is sent. */
export function attemptRecorder(
  { store, dueQueue, random }: Pick<Dependencies, 'store' | 'dueQueue' | 'random'>,
  callbacks: CallbackSender,
  onRecorded: (named: NamedAttempt) => void,
): AttemptRecorder {
  /**
   * The next message is sent only if this record was accepted, so that there is never a second chain of attempts. A
   * scheduled attempt and a failed entry are put before the record: if the process dies in between, they are passed
   * over, because the progress does not confirm them.
   */
  async function record(ended: Ended): Promise<void> {
    for (let current: Ended | undefined = ended, tries = 0; current !== undefined; tries++) {
      if (tries === MOST_TRIES) throw overtaken(ended.event.key.uuid);
      await putEntries(current);
      if (await store.recordUnlessChanged(current.event, current.read, current.progress)) return sendNext(current);
      current = await settledAgain(current);
    }
    const named = pendingAttempt(ended.event, ended.read);
    await recordLate(named, ended.call);
    onRecorded(named);
  }

  async function putEntries({ event, progress }: Ended): Promise<void> {
    if (progress.status === 'failed') await store.putFailedEntry(event, progress);
    if (progress.status !== 'waiting_execution' || !hasReminder(progress)) return;
    const { nextAttempt: attempt, nextAttemptAt: at } = progress;
    await store.putReminder(event, { kind: 'attempt', key: event.key, attempt, at });
  }

  async function sendNext(ended: Ended): Promise<void> {
    const { event, read, progress } = ended;
    onRecorded(pendingAttempt(event, read));
    if (areCallbacksPending(ended)) await callbacks.send(ended);
    if (progress.status === 'waiting_execution' && !hasReminder(progress))
      await dueQueue.send(nextMessage(event, progress));
  }

  /**
   * Settles the attempt on the present progress of its event, in which it may have been brought forward. Undefined if
   * the attempt is no longer pending, or has another claim.
   */
  async function settledAgain({ event, read, call }: Ended): Promise<Ended | undefined> {
    const progress = (await store.findEvent(event.key))?.progress;
    if (progress === undefined || !isSamePending(read, progress)) return undefined;
    return { event, read: progress, call, progress: settle(event, progress, call, random()) };
  }

  async function recordLate(named: NamedAttempt, call: Call): Promise<void> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const found = await store.findEvent(named.key);
      const late = found && withLateAttempt(found.event, found.progress, named, call);
      if (found === undefined || late === undefined) return;
      if (await recordLateProgress(found, late)) return;
    }
    throw overtaken(named.key.uuid);
  }

  /**
   * Records a progress in which a late attempt stands, and sends the callbacks if it ends the event. Resolves with
   * false, and does neither, if the event has been changed since it was read.
   */
  async function recordLateProgress({ event, progress: read }: EventRecord, late: Progress): Promise<boolean> {
    const ended = { event, progress: late };
    if (read.status === late.status || !areCallbacksPending(ended)) return store.recordUnlessChanged(event, read, late);
    await callbacks.leaveReminder(ended);
    const isRecorded = await store.recordUnlessChanged(event, read, late);
    if (isRecorded) await callbacks.send(ended);
    return isRecorded;
  }

  return { record, recordLate };
}

export function isSuccess(progress: Progress): progress is Finished {
  return progress.status === 'success';
}

function isSamePending(read: Waiting, progress: Progress): progress is Waiting {
  return (
    progress.status === 'waiting_execution' &&
    progress.nextAttempt === read.nextAttempt &&
    progress.claim?.startedAt === read.claim?.startedAt &&
    progress.claim?.by === read.claim?.by
  );
}

function overtaken(uuid: string): Error {
  return new Error(`An attempt of event ${uuid} could not be recorded: others changed the event ${MOST_TRIES} times.`);
}
