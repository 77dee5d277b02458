import { afterTheFirst } from '../delivery/claim.ts';
import type { Dependencies } from '../dependencies.ts';
import { MINUTE, SECOND } from '../durations.ts';
import { positionAt } from '../event/entry.ts';
import type { QueuedEvent } from '../event/event.ts';
import { cancelled, firstProgress } from '../event/lifecycle.ts';
import { nextMessage } from '../event/message.ts';
import type { RunMaker, RunMakerDependencies } from './run-maker.ts';
import { formerRuns, isActive, isInstantOf, runAt, type Schedule } from './schedule.ts';
import { LATE_RUN } from './stopped-run-skipper.ts';
import { instantsIn, isComputable } from './timing.ts';

/**
 * The time ahead of a change, in milliseconds, for which the change itself makes runs and takes runs away. It is a
 * minute more than the promote cursor reaches, so that the cursor does not pass the next cue while the change is made.
 */
export const CHANGED_AHEAD = 3 * MINUTE;
/** The most by which the clocks of two machines differ, in milliseconds. */
const CLOCK_SKEW = 5 * SECOND;

/** The most runs that are found to have been made. Beyond them, runs are counted once more. */
const MOST_FOUND = 1_000;

export type NearRunsDependencies = Pick<Dependencies, 'store' | 'dueQueue' | 'uuidFor' | 'now' | 'isAlone'> &
  Pick<RunMakerDependencies, 'unobservedStore'>;

/** The runs that are due within three minutes after a change, which the promote cursor may have made or passed. */
export type NearRuns = {
  /** Puts the runs of a schedule that has just been written, and sends their messages. */
  make(schedule: Schedule): Promise<void>;
  /**
   * Cancels the runs of former timings that are no instants any more, whether they have been made or will be: a run of
   * the dispatcher may have read the schedule before it was changed. While a schedule is edited, what is due already is
   * left alone. When it is stopped, what has come due just before or by a clock that is ahead is cancelled too, and
   * deliverers look themselves whether the schedule of a late run was stopped.
   */
  takeAway(schedule: Schedule): Promise<void>;
};

export function nearRuns(
  dependencies: NearRunsDependencies,
  { put, putChanged }: Pick<RunMaker, 'put' | 'putChanged'>,
): NearRuns {
  const { store, unobservedStore, dueQueue, uuidFor, now } = dependencies;
  const behind = LATE_RUN + (dependencies.isAlone ? 0 : CLOCK_SKEW);

  /**
   * Puts a run and sends its message. If a former timing of this life has the same instant, the promote cursor may have
   * sent a message already, or may still do so, and this one goes behind it.
   */
  async function makeOne({ former, life }: Schedule, run: QueuedEvent, isThere: boolean): Promise<void> {
    await put(run, isThere);
    const message = nextMessage(run, firstProgress(run));
    const mayBeSent = former.some(
      (one) => one.life === life && isComputable(one.timing) && isInstantOf(one.timing, message.at),
    );
    if (!mayBeSent) return dueQueue.send(message);
    await dueQueue.send({ ...message, mayBeDuplicate: true }, afterTheFirst(message.at, run.timeout, now()));
  }

  /** A run that was not made counts as neither accepted nor finished, but is cancelled for a dispatcher that may make it. */
  async function cancelUnlessCalled(run: QueuedEvent, isThere: boolean): Promise<void> {
    const first = firstProgress(run);
    await (isThere ? store : unobservedStore).recordUnlessChanged(run, first, cancelled(run, first, now()));
  }

  /** Finds which runs have been made that are due after an instant, for the statistics. Reads their keys alone. */
  async function madeAfter(instant: number, { id, changedAt }: Schedule): Promise<(run: QueuedEvent) => boolean> {
    const keys = await store.list(
      { schedule: id },
      positionAt(changedAt + CHANGED_AHEAD),
      positionAt(instant),
      MOST_FOUND,
    );
    const made = new Set(keys.map(({ uuid }) => uuid));
    return ({ key }) => made.has(key.uuid);
  }

  return {
    async make(schedule) {
      const { timing, changedAt, former, life } = schedule;
      if (!isActive(schedule) || !isComputable(timing)) return;
      const instants = instantsIn(timing, { after: changedAt, upTo: changedAt + CHANGED_AHEAD });
      const runs = instants.map((at) => runAt(schedule, at, uuidFor));
      if (runs.length === 0) return;
      const isThere = former.some((one) => one.life === life) ? await madeAfter(changedAt, schedule) : () => false;
      await Promise.all(runs.map((run) => makeOne(schedule, run, isThere(run))));
      await putChanged(schedule, runs);
    },

    async takeAway(schedule) {
      const { former, life, timing, changedAt, deletedAt, pausedAt = deletedAt } = schedule;
      const isStillOne = (at: number) => isActive(schedule) && isInstantOf(timing, at);
      const after = pausedAt === undefined ? changedAt : pausedAt - behind;
      const taken = former
        .filter((one) => isComputable(one.timing))
        .flatMap((one) => {
          const runs = formerRuns(schedule, one, { after, upTo: one.endedAt + CHANGED_AHEAD }, uuidFor);
          return one.life === life ? runs.filter(({ key }) => !isStillOne(key.dueAt)) : runs;
        });
      if (taken.length === 0) return;
      const isThere = await madeAfter(after, schedule);
      await Promise.all(taken.map((run) => cancelUnlessCalled(run, isThere(run))));
    },
  };
}
