import { deliverer } from './delivery/deliver.ts';
import type { Dependencies } from './dependencies.ts';
import { type Dispatcher, dispatcher } from './dispatch/dispatch.ts';
import type { EventKey } from './event/event-key.ts';
import { isForgotten } from './event/expiry.ts';
import type { Pause } from './event/pause.ts';
import { type Bulk, inBulk } from './manage/bulk.ts';
import { type Changed, canceller } from './manage/cancel.ts';
import { pauser } from './manage/pause.ts';
import { leftAloneByRetry, type Retrier, retrier } from './manage/retry.ts';
import { observedStore } from './observed-store.ts';
import type { Deliver, EventRecord } from './ports.ts';
import { type Publisher, publisher } from './publish.ts';
import { type Counter, counter } from './query/count.ts';
import { type Find, finder } from './query/find.ts';
import { finishWatch } from './query/finish-watch.ts';

export type EventQueue = Publisher &
  Dispatcher & {
    /** The event, unless there is none or its result was kept long enough. */
    read(key: EventKey): Promise<EventRecord | undefined>;
    /** The same, as soon as it has finished, or as it is after so many milliseconds. */
    readWhenFinished(key: EventKey, longest: number): Promise<EventRecord | undefined>;
    readonly find: Find;
    /** Counts the events that wait, or that fit a search, from a bounded number of pages. */
    readonly count: Counter;
    cancel(key: EventKey): Promise<Changed>;
    /**
     * Makes the next attempt of an event due now: of a waiting one with the tries that it has left, of a finished one with all its tries, unless
     * an attempt from before it was cancelled may be under way.
     */
    readonly retry: Retrier['retry'];
    readonly cancelAll: Bulk;
    /** The same for all events that are found, each as soon as no attempt from before a cancel can be under way. */
    readonly retryAll: Bulk;
    readonly deliver: Deliver;
    /** Lets no attempt start from now on: other processes notice it within 30 s. Answers the pause, which may have begun before. */
    pause(): Promise<Pause>;
    /** Ends a pause. What has come due meanwhile is called within a minute, oldest first. Answers the latest pause, if there ever was one. */
    resume(): Promise<Pause | undefined>;
    /** The latest pause, if there ever was one, as it was a few seconds ago. */
    latestPause(): Promise<Pause | undefined>;
  };

export function eventQueue(surroundings: Dependencies): EventQueue {
  const watch = finishWatch(surroundings);
  const store = observedStore(surroundings.store, (change) => {
    watch.note(change);
    surroundings.onChange(change);
  });
  const dependencies: Dependencies = { ...surroundings, store };

  async function read(key: EventKey): Promise<EventRecord | undefined> {
    const record = await store.findEvent(key);
    return record === undefined || isForgotten(record.progress, dependencies.now()) ? undefined : record;
  }

  const dispatching = dispatcher(dependencies);
  const pausing = pauser(dependencies);

  /** If sending fails, the next run of the dispatcher sends. */
  async function resume(): Promise<Pause | undefined> {
    const { pause, hasEnded } = await pausing.resume();
    if (hasEnded) await dispatching.dispatchAfterPause().catch(dependencies.report);
    return pause;
  }

  const find = finder(dependencies);
  const cancel = canceller(dependencies);
  const { retry, retryWhenIdle } = retrier(dependencies);

  return {
    ...publisher(dependencies),
    ...dispatching,
    read,
    readWhenFinished: (key, longest) => watch.until(key, longest, read),
    find,
    count: counter(dependencies),
    cancel,
    retry,
    cancelAll: inBulk(dependencies, find, cancel),
    retryAll: inBulk(dependencies, find, retryWhenIdle, leftAloneByRetry),
    deliver: deliverer(dependencies),
    pause: pausing.pause,
    resume,
    latestPause: dependencies.pauses.find,
  };
}
