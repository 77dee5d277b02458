import type { Pauses } from './ports.ts';
import type { World } from './world.ts';

/** The latest pause of the queue. While it lasts, no attempt starts. */
export type Pause = {
  /** Every change raises it. */
  readonly version: number;
  readonly pausedAt: number;
  /** Absent while the pause lasts. */
  readonly resumedAt?: number;
};

/** How much the clocks of two machines may differ, and how early a deliverer takes a message, in milliseconds. */
const SKEW = 5_000;

export type Pauser = {
  /** Lets no attempt start from now on. Changes nothing if the queue is paused already. Answers the pause. */
  pause(): Promise<Pause>;
  /** Ends the pause, if the queue is paused. Answers the latest pause, if there ever was one, and whether this ended it. */
  resume(): Promise<{ readonly pause: Pause | undefined; readonly hasEnded: boolean }>;
};

export function pauser({ pauses, now }: Pick<World, 'pauses' | 'now'>): Pauser {
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

export function isPaused(pause: Pause | undefined): pause is Pause {
  return pause !== undefined && pause.resumedAt === undefined;
}

/**
 * Whether the message of an attempt that is due at an instant may have been dropped, because the queue was paused. The dispatcher sends such
 * a message again, so there may be two of it.
 */
export function mayHaveBeenDropped(at: number, pause: Pause | undefined): boolean {
  return pause?.resumedAt !== undefined && at <= lastDropped(pause);
}

/** The instant at which the last attempts are due whose messages may have been dropped. */
export function lastDropped({ resumedAt = 0 }: Pause): number {
  return resumedAt + SKEW;
}

function versionAfter(pause: Pause | undefined): number {
  return (pause?.version ?? 0) + 1;
}

/** Pauses that are kept in this process alone. */
export function pausesInMemory(): Pauses {
  let latest: Pause | undefined;
  const read = async () => latest;
  return {
    find: read,
    read,
    async change(known, pause) {
      if (latest?.version !== known?.version) return false;
      latest = pause;
      return true;
    },
  };
}
