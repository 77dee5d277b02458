import { callbackSender } from '../delivery/callback-sender.ts';
import { isCallbackPending } from '../delivery/failure-callback.ts';
import type { Dependencies } from '../dependencies.ts';
import type { Entry } from '../event/entry.ts';
import type { EventKey } from '../event/event-key.ts';
import { expiresAt, laterExpiry, mayOutliveItsEvent } from '../event/expiry.ts';
import { isRequested, pendingSince } from '../event/lifecycle.ts';
import { nextMessage } from '../event/message.ts';
import type { Finished, Progress, Waiting } from '../event/progress.ts';
import { hasReminder, nextAuditAt } from '../event/reminder-times.ts';
import type { EventRecord } from '../ports.ts';

/** A reminder is kept for a week after its instant, and longer. During a pause it is replaced when it is this old, in milliseconds. */
const OLD_REMINDER = 3 * 86_400_000;

/** Looks up the events behind entries and sees to those that have not ended. Answers how many messages it sent. */
export type Audit = (entries: readonly Entry[]) => Promise<number>;

/**
 * `audit` and `resender` leave a reminder ahead of the audit cursor before anything else: so every unfinished event has an entry there,
 * whatever happens. Then they move the expiry of what has been unfinished for too long. `audit` sends again what is overdue by more than
 * the grace; `resender` makes one that sends whatever the promote cursor, which has got to `reach`, does not meet by itself, each event
 * once however many entries it has. `keeper` is for a pause, during which the audit cursor stands still: it keeps what is unfinished from expiring
 * and sends nothing.
 */
export function auditor(
  dependencies: Dependencies,
  grace: number,
): { readonly audit: Audit; resender(reach: number): Audit; readonly keeper: Audit } {
  const { store, dueQueue, now } = dependencies;
  const callbacks = callbackSender(dependencies);

  const audit: Audit = (entries) =>
    sumOverUnfinished(entries, async (record, since) => {
      const { event, progress } = record;
      if (since + grace > now()) return 0;
      if (isCallbackPending(record)) await callbacks.sendAgain(record);
      if (isWaiting(progress)) await dueQueue.send({ ...nextMessage(event, progress), again: true });
      return 1;
    });

  const keeper: Audit = (entries) => {
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
      if (isCallbackPending(record)) return resend(await callbacks.keep(record));
      if (isWaiting(progress)) await dueQueue.send(nextMessage(event, progress));
      return 1;
    }

    return (entries) => sumOverUnfinished(entries, resend);
  }

  /**
   * @param see is told since when something is owed, or from when on
   * @param isReminded whether a reminder is left for an event
   */
  async function sumOverUnfinished(
    entries: readonly Entry[],
    see: (record: EventRecord, since: number) => Promise<number>,
    isReminded: (key: EventKey) => boolean = () => true,
  ): Promise<number> {
    const keys = new Map(entries.map(({ key }) => [key.uuid, key]));
    const records = await Promise.all([...keys.values()].map(findUnlessFinished));
    const sent = await Promise.all(
      records.map(async (record) => {
        const since = record && pendingSince(record.progress);
        if (record === undefined || since === undefined) return 0;
        if (isReminded(record.event.key)) await leaveReminder(record, since);
        await keepFromExpiring(record);
        return see(record, since);
      }),
    );
    return sent.reduce((sum, one) => sum + one, 0);
  }

  /** Most have finished, and then their progress is enough. */
  async function findUnlessFinished(key: EventKey): Promise<EventRecord | undefined> {
    const progress = await store.findProgress(key);
    if (progress === undefined || pendingSince(progress) !== undefined) return store.findEvent(key);
    if (mayOutliveItsEvent(key, progress)) await keepWithResult(key, progress);
    return undefined;
  }

  async function keepWithResult(key: EventKey, { readableUntil }: Finished): Promise<void> {
    const record = await store.findEvent(key);
    if (record !== undefined && expiresAt(record.event) < readableUntil)
      await store.extendExpiry(record, readableUntil);
  }

  async function leaveReminder({ event }: EventRecord, since: number): Promise<void> {
    const at = nextAuditAt(event.key, since, now(), grace);
    await store.putReminder(event, { kind: 'audit', key: event.key, at });
  }

  /** Before anything is sent: what is forgotten meanwhile would never be called. */
  async function keepFromExpiring(record: EventRecord): Promise<void> {
    const later = laterExpiry(record.event, now());
    if (later !== undefined) await store.extendExpiry(record, later);
  }

  return { audit, resender, keeper };
}

/**
 * Whether the promote cursor meets an event by the event's own entry, or by that of its next attempt. An attempt that a client asked for has an
 * entry only if it is scheduled.
 */
function isMetLater({ event, progress }: EventRecord, reach: number): boolean {
  if (!isWaiting(progress) || progress.nextAttemptAt <= reach) return false;
  return progress.tryCount === 0 && !isRequested(progress) ? event.sent !== true : hasReminder(progress);
}

function isOldReminder(entry: Entry, now: number): boolean {
  return entry.kind !== 'event' && now - entry.at > OLD_REMINDER;
}

function isWaiting(progress: Progress): progress is Waiting {
  return progress.status === 'waiting_execution';
}
