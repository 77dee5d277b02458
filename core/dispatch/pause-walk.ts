import type { World } from '../dependencies.ts';
import { lastDropped, type Pause } from '../event/pause.ts';
import type { Hands } from '../ports.ts';
import type { Audit } from './audit.ts';
import type { HandWalk, Walked } from './hand-walk.ts';
import { keepingAgain, keptAll, REACH, resumed } from './hands.ts';
import { droppedSender } from './send-dropped.ts';

export type PauseWalk = {
  /**
   * Once a day during a pause, keeps from expiring what is unfinished and due. The hands stand still meanwhile, so that at the end of the pause
   * everything is met in the order in which it is due. Gives the lease back, and answers whether nothing is left of that for today.
   */
  keepUnfinished(taken: Hands, stopAt?: number): Promise<boolean>;
  /** At the end of a pause, sends again what may have been dropped, oldest first. */
  sendDropped(taken: Hands, pause: Pause, stopAt: number): Promise<Walked>;
};

/** @param keeper keeps the events behind entries from expiring */
export function pauseWalk(world: World, { walk, look, release }: HandWalk, keeper: Audit, grace: number): PauseWalk {
  return {
    async keepUnfinished(taken, stopAt) {
      const from = keepingAgain(taken, world.now());
      const { hands, isThere } = await walk(from, 'keeping', from.keepingSince ?? 0, keeper, stopAt);
      if (hands !== undefined) await release(isThere ? keptAll(hands) : hands);
      return isThere;
    },

    /** A retry that came soon after its attempt has no entry of its own: an audit reminder tells of it, minutes behind its instant. */
    async sendDropped(taken, pause, stopAt) {
      const dropped = droppedSender(world, pause);
      // If the clock was put back, the end of the pause may be far ahead: the leading hand must not jump there.
      const last = Math.min(lastDropped(pause), world.now() + REACH);
      const walked = await walk(taken, 'resuming', last, dropped.send, stopAt);
      if (walked.hands === undefined || !walked.isThere) return walked;
      const looked = await look(walked.hands, 'resuming', last + grace, dropped.sendReminded, stopAt);
      const sent = walked.sent + looked.sent;
      return looked.hands && looked.isThere
        ? { ...looked, hands: resumed(looked.hands, last), sent }
        : { ...looked, sent };
    },
  };
}
