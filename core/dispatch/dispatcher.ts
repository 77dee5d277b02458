import type { CallbackSenderDependencies } from '../delivery/callback-sender.ts';
import type { Dependencies } from '../dependencies.ts';
import { SECOND } from '../durations.ts';
import { isPaused, type Pause } from '../event/pause.ts';
import { graceOf } from '../event/reminder-times.ts';
import type { Cursors } from '../ports.ts';
import { type RunMakerDependencies, runMaker } from '../schedules/run-maker.ts';
import { auditor } from './audit.ts';
import { cursorWalk, type Handle, type Walked } from './cursor-walk.ts';
import { afterPause, caughtUp, lagOf, mayAudit, REACH, resumed } from './cursors.ts';
import { pauseWalk } from './pause-walk.ts';
import { promoter } from './promoter.ts';
import { startWalk } from './start-walk.ts';

/**
 * The number of ready messages on the due queue beyond which the audit waits, because sending messages again would only
 * add to the backlog.
 */
const MOST_READY = 1_000;
/**
 * The longest time of a run, in milliseconds. The run then ends by itself: if its function was stopped, the next run
 * would send its last pages again, and wait until its lease has ended.
 */
export const LONGEST_RUN = 230 * SECOND;
/**
 * The time from the start of a run, in milliseconds, after which its audit takes no more pages, because the next run
 * starts after a minute.
 */
const LONGEST_AUDIT = 45 * SECOND;
/**
 * The number of shards that are read at the same time. The messages of a page are sent at the same time, ten in each
 * request, and each request needs a connection.
 */
export const MOST_SHARDS = 8;
/**
 * The longest time, in milliseconds, for which messages are sent at the end of a pause before the client that ended it
 * gets its answer.
 */
const LONGEST_RUN_AFTER_PAUSE = 8 * SECOND;
/**
 * The number of times that the lease is asked for at the end of a pause. A run that began during the pause may have it
 * for a moment.
 */
const MOST_TRIES_AFTER_PAUSE = 5;
const PAUSE_BEFORE_TAKING_AGAIN = 500;

export type Dispatcher = {
  /**
   * Sends what is soon due, and sends again what should be finished and is not. It is called every minute. During a
   * pause it only moves the expiry of unfinished events. Does nothing and returns undefined if another run has the
   * lease.
   */
  dispatch(): Promise<Run | undefined>;
  /**
   * Begins, at the end of a pause, to send what is due, oldest first, so that it need not wait for the next run. The
   * next run sends the rest.
   */
  dispatchAfterPause(): Promise<void>;
  /**
   * Sends all messages that are missing on the due queue. A process that is alone with its table calls this once, first
   * of all, while its due queue is empty.
   */
  dispatchAtStart(): Promise<void>;
};

/** The report of a run. Lags are milliseconds, and about a minute if every run reaches its goal. */
export type Run = {
  /** The time by which the promote cursor was behind its goal when the run began. Events may be late by as much. */
  readonly promoteLag: number;
  /**
   * The time by which the audit cursor was behind its goal when the run began. Lost messages may be sent again later by
   * as much.
   */
  readonly auditLag: number;
  /** The number of messages that were sent because they were soon due. */
  readonly promoted: number;
  /** The number of messages that were sent again because their events were overdue. */
  readonly resent: number;
  /**
   * The time, in milliseconds, for which the queue has been paused; absent if it is not. During a pause `promoteLag` is
   * 0, because nothing is to be sent, and so is `auditLag` once the walk of the day that moves expiries is complete.
   */
  readonly pausedFor?: number;
};

type DispatcherDependencies = CallbackSenderDependencies &
  RunMakerDependencies &
  Pick<Dependencies, 'schedules' | 'uuidFor' | 'pauses' | 'sleep' | 'shards' | 'isAlone' | 'report'>;

/** Makes a dispatcher, whose runs move the promote cursor and the audit cursor over the shards. */
export function dispatcher(dependencies: DispatcherDependencies): Dispatcher {
  const { store, dueQueue, pauses, now, sleep } = dependencies;
  const grace = graceOf(dependencies.longestTimeout, dependencies.visibility);
  const { audit, resender, expiryExtender } = auditor(dependencies, grace);
  const walker = cursorWalk(dependencies, MOST_SHARDS);
  const { take, walk, release } = walker;
  const runs = runMaker(dependencies);
  const { promote, followCues, followMissedCues } = promoter(dependencies, runs);
  const sendMissing = startWalk(store, walker, resender, runs, { grace, mostShards: MOST_SHARDS });
  const { extendExpiries, sendDropped } = pauseWalk(dependencies, walker, expiryExtender, followCues, grace);

  async function dispatch(): Promise<Run | undefined> {
    const startedAt = now();
    const [found, pause] = await Promise.all([store.findCursors(), pauses.read()]);
    const leased = await take(found);
    if (leased === undefined) return undefined;
    if (isPaused(pause)) return dispatchPaused(leased, pause, startedAt + LONGEST_RUN);
    const taken = afterPause(leased, pause);
    const lags = {
      promoteLag: lagOf(taken.resuming ?? taken.promote, now() + REACH),
      auditLag: lagOf(taken.audit, now() - grace),
    };
    const promoted = await sendDue(taken, pause, startedAt + LONGEST_RUN);
    const audited = await auditUnlessBehind(promoted, startedAt + LONGEST_AUDIT);
    if (audited.cursors !== undefined) await release(audited.cursors);
    return { ...lags, promoted: promoted.sent, resent: audited.sent };
  }

  async function dispatchPaused(taken: Cursors, { pausedAt }: Pause, stopAt: number): Promise<Run> {
    const auditLag = (await extendExpiries(taken, stopAt)) ? 0 : lagOf(taken.audit, now() - grace);
    return { promoteLag: 0, auditLag, promoted: 0, resent: 0, pausedFor: now() - pausedAt };
  }

  async function dispatchAfterPause(): Promise<void> {
    for (let tries = 0; tries < MOST_TRIES_AFTER_PAUSE; tries++) {
      const [found, pause] = await Promise.all([store.findCursors(), pauses.read()]);
      const taken = isPaused(pause) ? undefined : await take(found);
      const run = taken && (await sendDue(afterPause(taken, pause), pause, now() + LONGEST_RUN_AFTER_PAUSE));
      if (run?.cursors !== undefined) await release(run.cursors);
      if (run !== undefined || isPaused(pause)) return;
      await sleep(PAUSE_BEFORE_TAKING_AGAIN);
    }
  }

  /**
   * After a pause, messages that may have been dropped are sent again before the promote cursor moves, so that the
   * oldest are sent first.
   */
  async function sendDue(taken: Cursors, pause: Pause | undefined, stopAt: number): Promise<Walked> {
    const resent = pause && taken.resuming ? await sendDropped(taken, pause, stopAt) : undefined;
    if (resent !== undefined && (resent.cursors === undefined || !resent.isThere)) return resent;
    const promoted = await walk(resent?.cursors ?? taken, 'promote', now() + REACH, promote, stopAt);
    return { ...promoted, sent: promoted.sent + (resent?.sent ?? 0) };
  }

  /** The audit ends in time for the next run to get the lease, because what comes due goes before what was lost. */
  async function auditUnlessBehind({ cursors, isThere }: Walked, stopAt: number): Promise<Walked> {
    if (cursors === undefined || !isThere) return { cursors, sent: 0, isThere: false };
    const there = caughtUp(cursors, now());
    const mayGoOn = now() < stopAt && mayAudit(there, now(), grace) && (await dueQueue.backlog()) <= MOST_READY;
    return mayGoOn
      ? walk(there, 'audit', now() - grace, auditAll, stopAt)
      : { cursors: there, sent: 0, isThere: false };
  }

  /** Cues are looked at again too, because a version of the queue without schedules may have passed over them. */
  const auditAll: Handle = async (found, hasLease) =>
    (await audit(found.entries)) + (await followMissedCues(found, hasLease));

  /** A normal run follows, for what has come into reach meanwhile. */
  async function dispatchAtStart(): Promise<void> {
    const [found, pause] = await Promise.all([store.findCursors(), pauses.read()]);
    const taken = await take(found && { ...found, leasedUntil: 0 });
    if (isPaused(pause)) return void (taken && (await extendExpiries(taken)));
    const startedAt = now();
    const reach = startedAt + REACH;
    const walked = taken && (await sendMissing(taken, startedAt, reach));
    if (walked === undefined) return;
    await release(caughtUp(resumed(afterPause(walked, pause), reach), startedAt));
    await dispatch();
  }

  return { dispatch, dispatchAfterPause, dispatchAtStart };
}
