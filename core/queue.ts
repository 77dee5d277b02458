import { deliverer } from './delivery/deliver.ts';
import type { World } from './dependencies.ts';
import { type Dispatcher, dispatcher } from './dispatch/dispatch.ts';
import type { EventKey } from './event/event-key.ts';
import { isForgotten } from './event/lifecycle.ts';
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

export function eventQueue(surroundings: World): EventQueue {
  const watch = finishWatch(surroundings);
  const store = observedStore(surroundings.store, (change) => {
    watch.tell(change);
    surroundings.tell(change);
  });
  const world: World = { ...surroundings, store };

  async function read(key: EventKey): Promise<EventRecord | undefined> {
    const record = await store.findEvent(key);
    return record === undefined || isForgotten(record.progress, world.now()) ? undefined : record;
  }

  const dispatching = dispatcher(world);
  const pausing = pauser(world);

  /** If sending fails, the next run of the dispatcher sends. */
  async function resume(): Promise<Pause | undefined> {
    const { pause, hasEnded } = await pausing.resume();
    if (hasEnded) await dispatching.dispatchAfterPause().catch(world.report);
    return pause;
  }

  const find = finder(world);
  const cancel = canceller(world);
  const { retry, retryWhenIdle } = retrier(world);

  return {
    ...publisher(world),
    ...dispatching,
    read,
    readWhenFinished: (key, longest) => watch.until(key, longest, read),
    find,
    count: counter(world),
    cancel,
    retry,
    cancelAll: inBulk(world, find, cancel),
    retryAll: inBulk(world, find, retryWhenIdle, leftAloneByRetry),
    deliver: deliverer(world),
    pause: pausing.pause,
    resume,
    latestPause: world.pauses.find,
  };
}
