import type { Dependencies } from '../dependencies.ts';
import { lastDropped, type Pause } from '../event/pause.ts';
import type { Cursors } from '../ports.ts';
import type { Audit } from './audit.ts';
import type { CursorWalk, Walked } from './cursor-walk.ts';
import { keepingAgain, keptAll, REACH, resumed } from './cursors.ts';
import { droppedSender } from './send-dropped.ts';

export type PauseWalk = {
  /**
   * Once a day during a pause, keeps from expiring what is unfinished and due. The cursors stand still meanwhile, so that at the end of the pause
   * everything is met in the order in which it is due. Gives the lease back, and answers whether nothing is left of that for today.
   */
  keepUnfinished(taken: Cursors, stopAt?: number): Promise<boolean>;
  /** At the end of a pause, sends again what may have been dropped, oldest first. */
  sendDropped(taken: Cursors, pause: Pause, stopAt: number): Promise<Walked>;
};

/** @param keeper keeps the events behind entries from expiring */
export function pauseWalk(
  dependencies: Dependencies,
  { walk, look, release }: CursorWalk,
  keeper: Audit,
  grace: number,
): PauseWalk {
  return {
    async keepUnfinished(taken, stopAt) {
      const from = keepingAgain(taken, dependencies.now());
      const { cursors, isThere } = await walk(from, 'keeping', from.keepingSince ?? 0, keeper, stopAt);
      if (cursors !== undefined) await release(isThere ? keptAll(cursors) : cursors);
      return isThere;
    },

    /** A retry that came soon after its attempt has no entry of its own: an audit reminder tells of it, minutes behind its instant. */
    async sendDropped(taken, pause, stopAt) {
      const dropped = droppedSender(dependencies, pause);
      // If the clock was put back, the end of the pause may be far ahead: the promote cursor must not jump there.
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
