import type { Entry } from './entry.ts';
import type { EventKey } from './event-key.ts';
import { hasReminder, lookAt, REACH } from './hands.ts';
import { laterExpiry } from './lifecycle.ts';
import { nextMessage } from './message.ts';
import type { EventRecord } from './ports.ts';
import type { Waiting } from './progress.ts';
import type { World } from './world.ts';

/** Looks up the events behind entries and sees to those that have not ended. Answers how many messages it sent. */
export type Audit = (entries: readonly Entry[]) => Promise<number>;

/**
 * Both leave a reminder ahead of the trailing hand before anything else: so every unfinished event has an entry there,
 * whatever happens. `audit` sends again what is overdue by more than the grace; `resender` makes one that sends whatever is
 * not left to a reminder of its own, each event once however many entries it has.
 */
export function auditor(world: World, grace: number): { readonly audit: Audit; resender(): Audit } {
  const { store, dueQueue, now } = world;

  const audit: Audit = (entries) =>
    sumOverUnfinished(entries, async ({ event, progress }) => {
      const later = laterExpiry(event, now());
      if (later !== undefined) await store.keepUntil({ event, progress }, later);
      const isOverdue = progress.nextAttemptAt + grace <= now();
      if (!isOverdue) return 0;
      await dueQueue.send({ ...nextMessage(event, progress), again: true });
      return 1;
    });

  function resender(): Audit {
    const resent = new Set<string>();
    return (entries) =>
      sumOverUnfinished(entries, async ({ event, progress }) => {
        const isLeftToItsReminder = hasReminder(progress) && progress.nextAttemptAt > now() + REACH;
        if (isLeftToItsReminder || resent.has(event.key.uuid)) return 0;
        resent.add(event.key.uuid);
        await dueQueue.send(nextMessage(event, progress));
        return 1;
      });
  }

  async function sumOverUnfinished(
    entries: readonly Entry[],
    see: (record: Unfinished) => Promise<number>,
  ): Promise<number> {
    const keys = new Map(entries.map(({ key }) => [key.uuid, key]));
    const records = await Promise.all([...keys.values()].map(findUnlessFinished));
    const sent = await Promise.all(
      records.filter(isUnfinished).map(async (record) => {
        await leaveReminder(record);
        return see(record);
      }),
    );
    return sent.reduce((sum, one) => sum + one, 0);
  }

  /** Most have finished, and then their progress is enough. */
  async function findUnlessFinished(key: EventKey): Promise<EventRecord | undefined> {
    const progress = await store.findProgress(key);
    const isFinished = progress !== undefined && progress.status !== 'waiting_execution';
    return isFinished ? undefined : store.findEvent(key);
  }

  async function leaveReminder({ event, progress }: Unfinished): Promise<void> {
    const at = lookAt(event.key, progress, now(), grace);
    await store.keepReminder(event, { kind: 'look', key: event.key, at });
  }

  return { audit, resender };
}

type Unfinished = EventRecord & { readonly progress: Waiting };

function isUnfinished(record: EventRecord | undefined): record is Unfinished {
  return record?.progress.status === 'waiting_execution';
}
