import type { Dependencies } from '../dependencies.ts';
import { lastDropped, type Pause } from '../event/pause.ts';
import type { Cursors } from '../ports.ts';
import type { Audit } from './audit.ts';
import type { CursorWalk, Walked } from './cursor-walk.ts';
import { afterExpiryWalk, REACH, resumed, withExpiryWalk } from './cursors.ts';
import { type DroppedSenderDependencies, droppedSender } from './dropped-sender.ts';

export type PauseWalk = {
  /**
   * Moves, once a day during a pause, the expiry of events that are unfinished and due. The promote and the audit
   * cursor stay where they are, so that at the end of the pause all entries are met in the order in which they are due.
   * Gives the lease back, and returns whether the walk of today is complete.
   */
  extendExpiries(taken: Cursors, stopAt?: number): Promise<boolean>;
  /** Sends again, at the end of a pause, the messages that may have been dropped, oldest first. */
  sendDropped(taken: Cursors, pause: Pause, stopAt: number): Promise<Walked>;
};

/** @param expiryExtender Moves the expiry of the unfinished events of entries. */
export function pauseWalk(
  dependencies: DroppedSenderDependencies & Pick<Dependencies, 'now'>,
  { walk, look, release }: CursorWalk,
  expiryExtender: Audit,
  grace: number,
): PauseWalk {
  return {
    async extendExpiries(taken, stopAt) {
      const from = withExpiryWalk(taken, dependencies.now());
      const { cursors, isThere } = await walk(from, 'expiryWalk', from.expiryWalkSince ?? 0, expiryExtender, stopAt);
      if (cursors !== undefined) await release(isThere ? afterExpiryWalk(cursors) : cursors);
      return isThere;
    },

    /**
     * Audit reminders are looked at for a grace beyond the end of the pause. An attempt that follows soon after another
     * has no entry of its own, and is found by an audit reminder that lies minutes behind its instant.
     */
    async sendDropped(taken, pause, stopAt) {
      const dropped = droppedSender(dependencies, pause);
      // If the clock was put back, the pause may end far in the future, and the promote cursor must not jump there.
      const last = Math.min(lastDropped(pause), dependencies.now() + REACH);
      const walked = await walk(taken, 'resuming', last, dropped.send, stopAt);
      if (walked.cursors === undefined || !walked.isThere) return walked;
      const looked = await look(walked.cursors, 'resuming', last + grace, dropped.sendReminded, stopAt);
      const sent = walked.sent + looked.sent;
      return looked.cursors && looked.isThere
        ? { ...looked, cursors: resumed(looked.cursors, last), sent }
        : { ...looked, sent };
    },
  };
}
