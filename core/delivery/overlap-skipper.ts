import type { Dependencies } from '../dependencies.ts';
import { callbackMark } from '../event/callback-key.ts';
import { BEGINNING, positionOf } from '../event/entry.ts';
import type { QueuedEvent } from '../event/event.ts';
import type { EventKey } from '../event/event-key.ts';
import { cancelled } from '../event/lifecycle.ts';
import type { Finished, Waiting } from '../event/progress.ts';
import type { EventRecord } from '../ports.ts';
import { areCallbacksPending } from './callback-events.ts';
import type { CallbackSender } from './callback-sender.ts';
import type { SkipRun } from './skip-run.ts';

/** The number of runs before a run that are looked at, because several may be unfinished, or runs by hand. */
const LOOKED_AT = 5;

/**
 * Skips a run if an earlier run has not finished and the schedule does not allow that they overlap. That is decided at
 * the instant of the run, because the run is made minutes before.
 */
export function overlapSkipper(
  { store, now }: Pick<Dependencies, 'store' | 'now'>,
  callbacks: CallbackSender,
): SkipRun {
  /**
   * The key of an earlier run that has not finished. A run that was skipped names the one because of which it was, so
   * that many skipped runs do not hide one that takes long.
   */
  async function findUnfinished({ key, schedule = '' }: QueuedEvent): Promise<EventKey | undefined> {
    const before = await store.list({ schedule }, positionOf(key), BEGINNING, LOOKED_AT);
    const records = await Promise.all(before.map(store.findEvent));
    const named = new Map(records.flatMap(overlapsOf).map((one) => [one.uuid, one]));
    const others = await Promise.all([...named.values()].map(store.findEvent));
    return [...records, ...others].find((record) => record?.progress.status === 'waiting_execution')?.event.key;
  }

  return async (event, progress) => {
    const overlapsWith = isSkippable(event, progress) ? await findUnfinished(event) : undefined;
    if (overlapsWith === undefined) return 'not skipped';
    const ended = { event, progress: overlapped(event, progress, now(), overlapsWith) };
    if (!(await store.recordUnlessChanged(event, progress, ended.progress))) return 'changed';
    if (areCallbacksPending(ended)) await callbacks.send(ended);
    return 'skipped';
  };
}

/** Whether this is the first attempt of a run. A run that was called is tried again, and one that is retried is called. */
function isSkippable({ skipsOverlap }: QueuedEvent, { tryCount, nextAttempt }: Waiting): boolean {
  return skipsOverlap === true && tryCount === 0 && nextAttempt === 1;
}

function overlapped(event: QueuedEvent, progress: Waiting, now: number, overlapsWith: EventKey): Finished {
  const { underWayUntil, ...skipped } = cancelled(event, progress, now);
  const ended = { ...skipped, endedBecause: 'overlapped', overlapsWith } as const;
  return { ...ended, ...callbackMark(event, ended) };
}

function overlapsOf(record: EventRecord | undefined): readonly EventKey[] {
  const progress = record?.progress;
  const isFinished = progress !== undefined && progress.status !== 'waiting_execution';
  return isFinished && progress.overlapsWith !== undefined ? [progress.overlapsWith] : [];
}
