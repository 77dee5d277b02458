import type { Change } from './event/change.ts';
import type { QueuedEvent } from './event/event.ts';
import type { Attempt, Progress } from './event/progress.ts';
import type { EventStore } from './ports.ts';

/** The same store; whatever is written there is told, after it was written. */
export function observedStore(store: EventStore, tell: (change: Change) => void): EventStore {
  function tellAttempt(event: QueuedEvent, attempt: Attempt | undefined): void {
    if (attempt !== undefined) tell({ kind: 'attempted', event, attempt });
  }

  return {
    ...store,
    async keepEvent(event) {
      await store.keepEvent(event);
      tell({ kind: 'accepted', event });
    },
    async keepReminder(event, reminder) {
      await store.keepReminder(event, reminder);
      tell({ kind: 'reminded', event, reminder });
    },
    async recordSuccess(event, progress) {
      await store.recordSuccess(event, progress);
      tellAttempt(event, progress.attempts.at(-1));
      tell({ kind: 'finished', event, progress });
    },
    async recordUnlessChanged(event, read, progress) {
      const recorded = await store.recordUnlessChanged(event, read, progress);
      if (!recorded) return false;
      tellAttempt(event, addedAttempt(read, progress));
      const hasFinished = read.status === 'waiting_execution' && progress.status !== 'waiting_execution';
      if (hasFinished) tell({ kind: 'finished', event, progress });
      return true;
    },
  };
}

/** The attempt that a record adds, if it adds one: not always the last, since one may come after others that started later. */
function addedAttempt({ attempts: before }: Progress, { attempts }: Progress): Attempt | undefined {
  return attempts.findLast(({ number }) => !before.some((one) => one.number === number));
}
