import type { Dependencies } from '../dependencies.ts';
import { isPaused, type Pause } from '../event/pause.ts';

export type Pauser = {
  /** Pauses the queue, so that no attempt starts. Changes nothing if the queue is paused already. Returns the pause. */
  pause(): Promise<Pause>;
  /**
   * Ends the pause, if the queue is paused. Returns the latest pause, which is undefined if there never was one, and
   * whether this call ended it.
   */
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
