import { afterTheFirst } from '../delivery/claim.ts';
import type { Dependencies } from '../dependencies.ts';
import { positionAt } from '../event/entry.ts';
import type { Message } from '../event/message.ts';
import { isPaused, type Pause } from '../event/pause.ts';
import { graceOf, lastAuditAt } from '../event/reminder-times.ts';
import type { Cursors } from '../ports.ts';
import { auditor } from './audit.ts';
import { cursorWalk, type Handle, pages, type Walked } from './cursor-walk.ts';
import { afterPause, caughtUp, lagOf, mayAudit, messageFor, REACH, resumed } from './cursors.ts';
import { pauseWalk } from './pause-walk.ts';

/** With so many messages ready on the due queue, sending again would only feed the backlog. */
const MOST_READY = 1_000;
/** A run ends by itself, shortly before another starts: were it stopped, its last pages would be sent again, and the lease would have to run out. */
export const LONGEST_RUN = 230_000;
/** From the start of a run on: the next one starts a minute after it. */
const LONGEST_AUDIT = 45_000;
/** So many are read at a time; what they hold is sent at once, ten messages a request. Whoever sends needs as many connections. */
export const MOST_SHARDS = 8;
/** At the end of a pause, a client waits for its answer meanwhile. */
const LONGEST_RUN_AFTER_PAUSE = 8_000;
/** A run that began during the pause has the cursors for a moment. */
const MOST_TRIES_AFTER_PAUSE = 5;
const PAUSE_BEFORE_TAKING_AGAIN = 500;
const PAUSE_BEFORE_SENDING_AGAIN = 1_000;
/** Longer than it takes until a run of the dispatcher sees that the clock was put back, though one of them fails. */
const START_OVERLAP = 150_000;

export type Dispatcher = {
  /**
   * Every minute: sends what is soon due, and sees after what should be finished; during a pause, keeps what waits from expiring. Undefined, and
   * nothing done, if another run is at it.
   */
  dispatch(): Promise<Run | undefined>;
  /** At the end of a pause, begins to send what is due, oldest first, so that it need not wait for the next run. That one goes on. */
  dispatchAfterPause(): Promise<void>;
  /** Before all else, in a process that is alone with its table and whose due queue is empty: sends whatever is missing there. */
  dispatchAtStart(): Promise<void>;
};

/** What a run met and did. Lags are milliseconds: a minute or so if every run reaches its goal. */
export type Run = {
  /** How far the promote cursor was behind its goal when the run began: so late may events be. */
  readonly leadingLag: number;
  /** The same of the audit one: so long may what was lost stay unrepaired. */
  readonly trailingLag: number;
  /** How many messages of events that come due were sent. */
  readonly promoted: number;
  /** How many messages were sent again, because their events were overdue. */
  readonly resent: number;
  /** For how many milliseconds the queue has been paused; undefined if it is not. Then no lag is told: nothing is to be sent. */
  readonly pausedFor?: number;
};

/** Moves the two cursors over the shards. */
export function dispatcher(dependencies: Dependencies): Dispatcher {
  const { store, dueQueue, pauses, now, sleep } = dependencies;
  const grace = graceOf(dependencies.longestTimeout, dependencies.visibility);
  const { audit, resender, keeper } = auditor(dependencies, grace);
  const walker = cursorWalk(dependencies, MOST_SHARDS);
  const { take, walk, release } = walker;
  const { keepUnfinished, sendDropped } = pauseWalk(dependencies, walker, keeper, grace);
  const promote = promoter(dependencies);

  async function dispatch(): Promise<Run | undefined> {
    const startedAt = now();
    const [found, pause] = await Promise.all([store.findCursors(), pauses.read()]);
    const leased = await take(found);
    if (leased === undefined) return undefined;
    if (isPaused(pause)) return dispatchPaused(leased, pause, startedAt + LONGEST_RUN);
    const taken = afterPause(leased, pause);
    const lags = {
      leadingLag: lagOf(taken.resuming ?? taken.promote, now() + REACH),
      trailingLag: lagOf(taken.audit, now() - grace),
    };
    const promoted = await sendDue(taken, pause, startedAt + LONGEST_RUN);
    const audited = await auditUnlessBehind(promoted, startedAt + LONGEST_AUDIT);
    if (audited.cursors !== undefined) await release(audited.cursors);
    return { ...lags, promoted: promoted.sent, resent: audited.sent };
  }

  async function dispatchPaused(taken: Cursors, { pausedAt }: Pause, stopAt: number): Promise<Run> {
    const trailingLag = (await keepUnfinished(taken, stopAt)) ? 0 : lagOf(taken.audit, now() - grace);
    return { leadingLag: 0, trailingLag, promoted: 0, resent: 0, pausedFor: now() - pausedAt };
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

  /** After a pause, what may have been dropped is sent again before the promote cursor goes on: the oldest is sent first. */
  async function sendDue(taken: Cursors, pause: Pause | undefined, stopAt: number): Promise<Walked> {
    const resent = pause && taken.resuming ? await sendDropped(taken, pause, stopAt) : undefined;
    if (resent !== undefined && (resent.cursors === undefined || !resent.isThere)) return resent;
    const promoted = await walk(resent?.cursors ?? taken, 'promote', now() + REACH, promote, stopAt);
    return { ...promoted, sent: promoted.sent + (resent?.sent ?? 0) };
  }

  /** However much there is to audit, the next run must find the lease free: what comes due goes first. */
  async function auditUnlessBehind({ cursors, isThere }: Walked, stopAt: number): Promise<Walked> {
    if (cursors === undefined || !isThere) return { cursors, sent: 0, isThere: false };
    const there = caughtUp(cursors, now());
    const mayGoOn = now() < stopAt && mayAudit(there, now(), grace) && (await dueQueue.backlog()) <= MOST_READY;
    return mayGoOn ? walk(there, 'audit', now() - grace, audit, stopAt) : { cursors: there, sent: 0, isThere: false };
  }

  /**
   * More is looked at than the cursors move over. The audit one stays behind the present: what is published from now on is due
   * ahead of it, even if the clock is put back a little. Beyond the promote one, publish had sent messages, and what was looked at
   * before has left its reminder. A run follows, for what has come into reach meanwhile.
   */
  async function dispatchAtStart(): Promise<void> {
    const [found, pause] = await Promise.all([store.findCursors(), pauses.read()]);
    const taken = await take(found && { ...found, leasedUntil: 0 });
    if (isPaused(pause)) return void (taken && (await keepUnfinished(taken)));
    const startedAt = now();
    const reach = startedAt + REACH;
    const resend = resender(reach);
    const audited = taken && (await walk(taken, 'audit', startedAt - START_OVERLAP, resend)).cursors;
    if (audited === undefined) return;
    for await (const { entries } of pages(store, audited.audit, reach, MOST_SHARDS)) await resend(entries);
    const promote = audited.promote.map(() => positionAt(reach));
    const lookedAtUntil = lastAuditAt(startedAt + START_OVERLAP, grace);
    for await (const { entries } of pages(store, promote, lookedAtUntil, MOST_SHARDS))
      await resend(entries.filter((entry) => messageFor(entry) === undefined));
    await release(caughtUp(resumed(afterPause({ ...audited, promote }, pause), reach), startedAt));
    await dispatch();
  }

  return { dispatch, dispatchAfterPause, dispatchAtStart };
}

/**
 * A page of several shards is 160 requests to SQS. One that fails does not repeat the others: all of theirs would be there twice, at the
 * same instant. What it held goes out once more, behind what may have arrived; if that fails too, the page is left to the next run.
 */
function promoter({ dueQueue, now, sleep, longestTimeout }: Dependencies): Handle {
  return async (entries) => {
    const messages = entries.map(messageFor).filter((message) => message !== undefined);
    const results = await Promise.allSettled(messages.map((message) => dueQueue.send(message)));
    const unsent = messages.filter((_, index) => results[index]?.status === 'rejected');
    if (unsent.length > 0) await sleep(PAUSE_BEFORE_SENDING_AGAIN);
    await Promise.all(unsent.map(sendBehind));
    return messages.length;
  };

  function sendBehind(message: Message): Promise<void> {
    return dueQueue.send({ ...message, again: true }, afterTheFirst(message.at, longestTimeout, now()));
  }
}
