import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY = 250;

/** Repeats `look`, and resolves with its first result that is neither undefined nor false. Rejects after `seconds`. */
export async function until<Found>(
  what: string,
  seconds: number,
  look: () => Found | undefined | false | Promise<Found | undefined | false>,
): Promise<Found> {
  const deadline = Date.now() + seconds * 1_000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`${what}: not seen within ${seconds} s.`);
    await sleep(LOOK_EVERY);
  }
}
