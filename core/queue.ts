import { deliverer } from './delivery/deliverer.ts';
import type { Dependencies } from './dependencies.ts';
import { type Dispatcher, dispatcher } from './dispatch/dispatcher.ts';
import type { EventKey } from './event/event-key.ts';
import { isForgotten } from './event/expiry.ts';
import type { Pause } from './event/pause.ts';
import { type Bulk, inBulk } from './manage/bulk.ts';
import { type Changed, canceller } from './manage/canceller.ts';
import { pauser } from './manage/pauser.ts';
import { leftAloneByRetry, type Retrier, retrier } from './manage/retrier.ts';
import { observedStore } from './observed-store.ts';
import type { Deliver, EventRecord } from './ports.ts';
import { type Published, type Publisher, publisher } from './publisher.ts';
import { type Counter, counter } from './query/counter.ts';
import { type Find, finder } from './query/finder.ts';
import { finishWatch } from './query/finish-watch.ts';
import { type Schedules, scheduling } from './schedules/scheduling.ts';
import { stoppedRunSkipper } from './schedules/stopped-run-skipper.ts';

export type Queue = Publisher &
  Dispatcher & {
    /** Reads an event. Undefined if there is none, or if its result is no longer readable. */
    read(key: EventKey): Promise<EventRecord | undefined>;
    /** Finds the key of an event by its uuid. Undefined if no attempt of it was recorded. */
    findKey(uuid: string): Promise<EventKey | undefined>;
    /** Reads an event as soon as it has finished, or as it is after `longest` milliseconds. */
    readWhenFinished(key: EventKey, longest: number): Promise<EventRecord | undefined>;
    readonly find: Find;
    /** Counts the events that wait, or those that fit a search, from a bounded number of pages. */
    readonly count: Counter;
    cancel(key: EventKey): Promise<Changed>;
    /**
     * Makes the next attempt of an event due now. A waiting event keeps the tries that it has left. A finished event
     * gets all its tries again, unless an attempt from before its cancel may be under way.
     */
    readonly retry: Retrier['retry'];
    readonly cancelAll: Bulk;
    /** Retries all events that are found. Each is due as soon as no attempt from before its cancel can be under way. */
    readonly retryAll: Bulk;
    readonly deliver: Deliver;
    readonly schedules: Schedules<Published>;
    /**
     * Pauses the queue, so that no attempt starts. Other processes notice it within 30 s. Returns the pause, which may
     * have begun earlier.
     */
    pause(): Promise<Pause>;
    /**
     * Ends the pause. Events that came due during it are called within a minute, oldest first. Returns the latest
     * pause; undefined if there never was one.
     */
    resume(): Promise<Pause | undefined>;
    /** Returns the latest pause as it was a few seconds ago; undefined if there never was one. */
    latestPause(): Promise<Pause | undefined>;
  };

/** Puts the rooms of core together. What they write to the store is reported to `onChange` after it was written. */
export function openQueue(given: Dependencies): Queue {
  const watch = finishWatch(given);
  const store = observedStore(given.store, (change) => {
    watch.note(change);
    given.onChange(change);
  });
  const dependencies = { ...given, store, unobservedStore: given.store };

  async function read(key: EventKey): Promise<EventRecord | undefined> {
    const record = await store.findEvent(key);
    return record === undefined || isForgotten(record.progress, dependencies.now()) ? undefined : record;
  }

  const dispatching = dispatcher(dependencies);
  const pausing = pauser(dependencies);

  /** If sending fails, or the process dies before it, the next run of the dispatcher sends the messages. */
  async function resume(): Promise<Pause | undefined> {
    const { pause, hasEnded } = await pausing.resume();
    if (hasEnded) await dispatching.dispatchAfterPause().catch(dependencies.report);
    return pause;
  }

  const find = finder(dependencies);
  const cancel = canceller(dependencies);
  const { retry, retryWhenIdle } = retrier(dependencies);

  const publishing = publisher(dependencies);

  return {
    ...publishing,
    ...dispatching,
    read,
    findKey: store.findKey,
    readWhenFinished: (key, longest) => watch.until(key, longest, read),
    find,
    count: counter(dependencies),
    cancel,
    retry,
    cancelAll: inBulk(dependencies, find, cancel),
    retryAll: inBulk(dependencies, find, retryWhenIdle, leftAloneByRetry),
    deliver: deliverer(dependencies, stoppedRunSkipper(dependencies)),
    schedules: scheduling(dependencies, publishing.publish),
    pause: pausing.pause,
    resume,
    latestPause: dependencies.pauses.find,
  };
}
