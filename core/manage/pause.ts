import type { Dependencies } from '../dependencies.ts';
import { isPaused, type Pause } from '../event/pause.ts';

export type Pauser = {
  /** Lets no attempt start from now on. Changes nothing if the queue is paused already. Answers the pause. */
  pause(): Promise<Pause>;
  /** Ends the pause, if the queue is paused. Answers the latest pause, if there ever was one, and whether this ended it. */
  resume(): Promise<{ readonly pause: Pause | undefined; readonly hasEnded: boolean }>;
};

export function pauser({ pauses, now }: Pick<Dependencies, 'pauses' | 'now'>): Pauser {
  async function pause(): Promise<Pause> {
    const latest = await pauses.read();
    if (isPaused(latest)) return latest;
    const next = { version: versionAfter(latest), pausedAt: now() };
    return (await pauses.change(latest, next)) ? next : pause();
  }

  async function resume(): ReturnType<Pauser['resume']> {
    const latest = await pauses.read();
    if (!isPaused(latest)) return { pause: latest, hasEnded: false };
    const next = { ...latest, version: versionAfter(latest), resumedAt: now() };
    return (await pauses.change(latest, next)) ? { pause: next, hasEnded: true } : resume();
  }

  return { pause, resume };
}

function versionAfter(pause: Pause | undefined): number {
  return (pause?.version ?? 0) + 1;
}
