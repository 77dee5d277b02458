import type { Change } from './event/change.ts';
import type { QueuedEvent } from './event/event.ts';
import type { Attempt, Progress } from './event/progress.ts';
import type { EventStore } from './ports.ts';

/**
 * Wraps a store so that `onChange` is called after each write that changed an event. If the process dies in between,
 * the change is not reported.
 */
export function observedStore(store: EventStore, onChange: (change: Change) => void): EventStore {
  function emitAttempt(event: QueuedEvent, attempt: Attempt | undefined): void {
    if (attempt !== undefined) onChange({ kind: 'attempted', event, attempt });
  }

  return {
    ...store,
    async putEvent(event) {
      await store.putEvent(event);
      onChange({ kind: 'accepted', event });
    },
    async putReminder(event, reminder) {
      await store.putReminder(event, reminder);
      onChange({ kind: 'reminded', event, reminder });
    },
    async recordSuccess(event, progress) {
      await store.recordSuccess(event, progress);
      emitAttempt(event, progress.attempts.at(-1));
      onChange({ kind: 'finished', event, progress });
    },
    async recordUnlessChanged(event, read, progress) {
      const recorded = await store.recordUnlessChanged(event, read, progress);
      if (!recorded) return false;
      emitAttempt(event, addedAttempt(read, progress));
      const hasFinished = read.status === 'waiting_execution' && progress.status !== 'waiting_execution';
      if (hasFinished) onChange({ kind: 'finished', event, progress });
      return true;
    },
  };
}

/**
 * The attempt that a record adds, if any. It need not be the last one of the history, because an attempt may be
 * recorded after others that started later.
 */
function addedAttempt({ attempts: before }: Progress, { attempts }: Progress): Attempt | undefined {
  return attempts.findLast(({ number }) => !before.some((one) => one.number === number));
}
