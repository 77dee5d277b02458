import { afterTheFirst } from '../delivery/claim.ts';
import type { Dependencies } from '../dependencies.ts';
import { MINUTE, SECOND } from '../durations.ts';
import type { QueuedEvent } from '../event/event.ts';
import { cancelled, firstProgress } from '../event/lifecycle.ts';
import { nextMessage } from '../event/message.ts';
import type { RunMaker } from './run-maker.ts';
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

export type NearRunsDependencies = Pick<Dependencies, 'store' | 'dueQueue' | 'uuidFor' | 'now' | 'isAlone'>;

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

export function nearRuns(dependencies: NearRunsDependencies, { put }: Pick<RunMaker, 'put'>): NearRuns {
  const { store, dueQueue, uuidFor, now } = dependencies;
  const behind = LATE_RUN + (dependencies.isAlone ? 0 : CLOCK_SKEW);

  /**
   * Puts a run and sends its message. If a former timing of this life has the same instant, the promote cursor may have
   * sent a message already, or may still do so, and this one goes behind it.
   */
  async function makeOne({ former, life }: Schedule, run: QueuedEvent): Promise<void> {
    await put(run);
    const message = nextMessage(run, firstProgress(run));
    const mayBeSent = former.some(
      (one) => one.life === life && isComputable(one.timing) && isInstantOf(one.timing, message.at),
    );
    if (!mayBeSent) return dueQueue.send(message);
    await dueQueue.send({ ...message, mayBeDuplicate: true }, afterTheFirst(message.at, run.timeout, now()));
  }

  async function cancelUnlessCalled(run: QueuedEvent): Promise<void> {
    const first = firstProgress(run);
    await store.recordUnlessChanged(run, first, cancelled(run, first, now()));
  }

  return {
    async make(schedule) {
      const { timing, changedAt } = schedule;
      if (!isActive(schedule) || !isComputable(timing)) return;
      const instants = instantsIn(timing, { after: changedAt, upTo: changedAt + CHANGED_AHEAD });
      await Promise.all(instants.map((at) => makeOne(schedule, runAt(schedule, at, uuidFor))));
    },

    async takeAway(schedule) {
      const { former, life, timing, changedAt, deletedAt, pausedAt = deletedAt } = schedule;
      const isStillOne = (at: number) => isActive(schedule) && isInstantOf(timing, at);
      const after = pausedAt === undefined ? changedAt : pausedAt - behind;
      for (const one of former.filter(({ timing: before }) => isComputable(before))) {
        const runs = formerRuns(schedule, one, { after, upTo: one.endedAt + CHANGED_AHEAD }, uuidFor);
        const taken = one.life === life ? runs.filter(({ key }) => !isStillOne(key.dueAt)) : runs;
        await Promise.all(taken.map(cancelUnlessCalled));
      }
    },
  };
}
