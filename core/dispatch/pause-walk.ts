import type { Dependencies } from '../dependencies.ts';
import type { Cue } from '../event/entry.ts';
import { cueExpiresAt } from '../event/expiry.ts';
import { lastDropped, type Pause } from '../event/pause.ts';
import type { Cursors } from '../ports.ts';
import { type Audit, OLD_REMINDER } from './audit.ts';
import type { CursorWalk, Found, Handle, HasLease, Walked } from './cursor-walk.ts';
import { afterExpiryWalk, isAheadOf, REACH, resumed, withExpiryWalk } from './cursors.ts';
import { type DroppedSenderDependencies, droppedSender } from './dropped-sender.ts';

export type PauseWalk = {
  /**
   * Moves, once a day during a pause, the expiry of events that are unfinished and due, and of cues. The promote and the audit
   * cursor stay where they are, so that at the end of the pause all entries are met in the order in which they are due.
   * Gives the lease back, and returns whether the walk of today is complete.
   */
  extendExpiries(taken: Cursors, stopAt?: number): Promise<boolean>;
  /** Sends again, at the end of a pause, the messages that may have been dropped, oldest first. */
  sendDropped(taken: Cursors, pause: Pause, stopAt: number): Promise<Walked>;
};

/**
 * @param expiryExtender Moves the expiry of the unfinished events of entries.
 * @param followCues Makes the runs that cues ask for, and sends their messages.
 */
export function pauseWalk(
  dependencies: DroppedSenderDependencies & Pick<Dependencies, 'now'>,
  { walk, look, release }: CursorWalk,
  expiryExtender: Audit,
  followCues: (cues: readonly Cue[], hasLease: HasLease) => Promise<number>,
  grace: number,
): PauseWalk {
  const { store, now } = dependencies;

  async function extendAll({ entries, cues }: Found): Promise<number> {
    const old = cues.filter(({ at }) => now() - at > OLD_REMINDER);
    await Promise.all(old.map((cue) => store.putCue(cue, cueExpiresAt(cue.at, now()))));
    return expiryExtender(entries);
  }

  return {
    async extendExpiries(taken, stopAt) {
      const from = withExpiryWalk(taken, now());
      const { cursors, isThere } = await walk(from, 'expiryWalk', from.expiryWalkSince ?? 0, extendAll, stopAt);
      if (cursors !== undefined) await release(isThere ? afterExpiryWalk(cursors) : cursors);
      return isThere;
    },

    /**
     * Audit reminders are looked at for a grace beyond the end of the pause. An attempt that follows soon after another
     * has no entry of its own, and is found by an audit reminder that lies minutes behind its instant. The promote cursor
     * jumps to where this walk ends, so the cues up to there are followed here.
     */
    async sendDropped(taken, pause, stopAt) {
      const dropped = droppedSender(dependencies, pause);
      // If the clock was put back, the pause may end far in the future, and the promote cursor must not jump there.
      const last = Math.min(lastDropped(pause), now() + REACH);
      const isAhead = isAheadOf(taken.promote);
      const sendAll: Handle = async ({ entries, cues }, hasLease) =>
        (await dropped.send(entries)) + (await followCues(cues.filter(isAhead), hasLease));
      const walked = await walk(taken, 'resuming', last, sendAll, stopAt);
      if (walked.cursors === undefined || !walked.isThere) return walked;
      const sendReminded = ({ entries }: Found) => dropped.sendReminded(entries);
      const looked = await look(walked.cursors, 'resuming', last + grace, sendReminded, stopAt);
      const sent = walked.sent + looked.sent;
      return looked.cursors && looked.isThere
        ? { ...looked, cursors: resumed(looked.cursors, last), sent }
        : { ...looked, sent };
    },
  };
}
