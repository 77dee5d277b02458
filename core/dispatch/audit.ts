import { areCallbacksPending } from '../delivery/callback-events.ts';
import { type CallbackSenderDependencies, callbackSender } from '../delivery/callback-sender.ts';
import { DAY } from '../durations.ts';
import type { Entry } from '../event/entry.ts';
import type { EventKey } from '../event/event-key.ts';
import { expiresAt, laterExpiry, mayOutliveItsEvent } from '../event/expiry.ts';
import { isRequested, pendingSince } from '../event/lifecycle.ts';
import { nextMessage } from '../event/message.ts';
import type { Finished, Progress, Waiting } from '../event/progress.ts';
import { hasReminder, nextAuditAt } from '../event/reminder-times.ts';
import type { EventRecord } from '../ports.ts';

/**
 * The age, in milliseconds, at which a reminder or a cue is replaced during a pause. It expires a week after its instant
 * at the earliest.
 */
export const OLD_REMINDER = 3 * DAY;

/** Handles the unfinished events of some entries, and returns the number of messages that it sent. */
export type Audit = (entries: readonly Entry[]) => Promise<number>;

type Auditor = {
  /** Sends again the messages of events that are overdue by more than the grace. */
  readonly audit: Audit;
  /**
   * Returns an audit for the start, when the due queue is empty. It sends the message of every unfinished event that
   * the promote cursor, which stands at the instant `reach`, does not meet. It sends one message for an event, however
   * many entries the event has.
   */
  resender(reach: number): Audit;
  /** Moves the expiry of unfinished events during a pause, when the audit cursor stands still. It sends nothing. */
  readonly expiryExtender: Audit;
};

/**
 * Makes the audits. Each first leaves a reminder ahead of the audit cursor for every unfinished event, so that the
 * event has an entry there even if the process dies, and then moves the expiry of events that have been unfinished for
 * too long. `expiryExtender` leaves a reminder only in place of an old one.
 */
export function auditor(dependencies: CallbackSenderDependencies, grace: number): Auditor {
  const { store, dueQueue, now } = dependencies;
  const callbacks = callbackSender(dependencies);

  const audit: Audit = (entries) =>
    sumOverUnfinished(entries, async (record, since) => {
      const { event, progress } = record;
      if (since + grace > now()) return 0;
      if (areCallbacksPending(record)) await callbacks.sendAgain(record);
      if (isWaiting(progress)) await dueQueue.send({ ...nextMessage(event, progress), mayBeDuplicate: true });
      return 1;
    });

  const expiryExtender: Audit = (entries) => {
    const old = new Set(entries.filter((entry) => isOldReminder(entry, now())).map(({ key }) => key.uuid));
    return sumOverUnfinished(
      entries,
      async () => 0,
      ({ uuid }) => old.has(uuid),
    );
  };

  function resender(reach: number): Audit {
    const resent = new Set<string>();

    async function resend(record: EventRecord): Promise<number> {
      const { event, progress } = record;
      if (isMetLater(record, reach) || resent.has(event.key.uuid)) return 0;
      resent.add(event.key.uuid);
      if (areCallbacksPending(record)) return resendAll(await callbacks.put(record));
      if (isWaiting(progress)) await dueQueue.send(nextMessage(event, progress));
      return 1;
    }

    async function resendAll(records: readonly EventRecord[]): Promise<number> {
      return sum(await Promise.all(records.map(resend)));
    }

    return (entries) => sumOverUnfinished(entries, resend);
  }

  /**
   * Leaves a reminder for each unfinished event of some entries, moves its expiry, and handles it. Returns the number
   * of messages that were sent.
   *
   * @param handle Returns the number of messages that it sent. Its second argument is the instant from which the
   *   attempt or the callback of the event is pending.
   * @param needsReminder Whether a reminder is left for an event.
   */
  async function sumOverUnfinished(
    entries: readonly Entry[],
    handle: (record: EventRecord, since: number) => Promise<number>,
    needsReminder: (key: EventKey) => boolean = () => true,
  ): Promise<number> {
    const keys = new Map(entries.map(({ key }) => [key.uuid, key]));
    const records = await Promise.all([...keys.values()].map(findUnlessFinished));
    const sent = await Promise.all(
      records.map(async (record) => {
        const since = record && pendingSince(record.progress);
        if (record === undefined || since === undefined) return 0;
        if (needsReminder(record.event.key)) await leaveReminder(record, since);
        await extendExpiryIfDue(record);
        return handle(record, since);
      }),
    );
    return sum(sent);
  }

  /**
   * Reads the progress of an event first, because most events have finished, and then their events need not be read.
   */
  async function findUnlessFinished(key: EventKey): Promise<EventRecord | undefined> {
    const progress = await store.findProgress(key);
    if (progress === undefined || pendingSince(progress) !== undefined) return store.findEvent(key);
    if (mayOutliveItsEvent(key, progress)) await extendExpiryToResult(key, progress);
    return undefined;
  }

  async function extendExpiryToResult(key: EventKey, { readableUntil }: Finished): Promise<void> {
    const record = await store.findEvent(key);
    if (record !== undefined && expiresAt(record.event) < readableUntil)
      await store.extendExpiry(record, readableUntil);
  }

  async function leaveReminder({ event }: EventRecord, since: number): Promise<void> {
    const at = nextAuditAt(event.key, since, now(), grace);
    await store.putReminder(event, { kind: 'audit', key: event.key, at });
  }

  /**
   * Moves the expiry of an event before anything is sent for it. An event that expired in between would never be
   * called.
   */
  async function extendExpiryIfDue(record: EventRecord): Promise<void> {
    const later = laterExpiry(record.event, now());
    if (later !== undefined) await store.extendExpiry(record, later);
  }

  return { audit, resender, expiryExtender };
}

/**
 * Whether the promote cursor, which stands at the instant `reach`, meets the entry of an event or of its next attempt.
 * An attempt that a client asked for has an entry only if it is scheduled.
 */
function isMetLater({ event, progress }: EventRecord, reach: number): boolean {
  if (!isWaiting(progress) || progress.nextAttemptAt <= reach) return false;
  return progress.tryCount === 0 && !isRequested(progress)
    ? event.messageSentByPublish !== true
    : hasReminder(progress);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}

function isOldReminder(entry: Entry, now: number): boolean {
  return entry.kind !== 'event' && now - entry.at > OLD_REMINDER;
}

function isWaiting(progress: Progress): progress is Waiting {
  return progress.status === 'waiting_execution';
}
