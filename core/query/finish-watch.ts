import type { Dependencies } from '../dependencies.ts';
import { SECOND } from '../durations.ts';
import type { Change } from '../event/change.ts';
import type { EventKey } from '../event/event-key.ts';
import type { EventRecord } from '../ports.ts';

/**
 * The first pause between two reads of an event, in milliseconds. Each pause is half as long again as the one before.
 */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 2 * SECOND;

type Read = (key: EventKey) => Promise<EventRecord | undefined>;

export type FinishWatch = {
  /** Wakes those who wait for an event that has just finished. */
  note(change: Change): void;
  /** Reads an event as soon as it has finished, or as it is after `longest` milliseconds. */
  until(key: EventKey, longest: number, read: Read): Promise<EventRecord | undefined>;
};

/**
 * Waits for events to finish. An event that finishes in this process is noticed at once. Because it may finish in
 * another, it is also read again with growing pauses.
 */
export function finishWatch({ now, sleep }: Pick<Dependencies, 'now' | 'sleep'>): FinishWatch {
  const waiting = new Map<string, Set<() => void>>();

  async function finishedOr(uuid: string, pause: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const others = waiting.get(uuid) ?? new Set();
    waiting.set(uuid, others.add(resolve));
    await Promise.race([promise, sleep(pause)]);
    others.delete(resolve);
    if (others.size === 0) waiting.delete(uuid);
  }

  return {
    note(change) {
      if (change.kind === 'finished') for (const wake of waiting.get(change.event.key.uuid) ?? []) wake();
    },
    async until(key, longest, read) {
      const giveUpAt = now() + longest;
      for (let pause = FIRST_PAUSE; ; pause = Math.min(LONGEST_PAUSE, pause * 1.5)) {
        const woken = finishedOr(key.uuid, Math.max(0, Math.min(pause, giveUpAt - now())));
        const record = await read(key);
        if (record?.progress.status !== 'waiting_execution' || now() >= giveUpAt) return record;
        await woken;
      }
    },
  };
}
