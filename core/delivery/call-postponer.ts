import type { Dependencies } from '../dependencies.ts';
import type { QueuedEvent } from '../event/event.ts';
import { plain, type Received } from '../event/message.ts';
import type { Claim, NotMade, Progress, Waiting } from '../event/progress.ts';
import { isRepeated, withoutClaim } from './claim.ts';

/** A call that could not be made is tried again after one to two of these, in milliseconds: not all of them at once. */
const AGAIN_AFTER = 1_000;
/** While calls cannot be made, this is reported once in so many milliseconds. */
const REPORT_EVERY = 60_000;

/**
 * Puts a call off that this process could not make. It is no attempt, so nothing is recorded but that a claim is taken back. If the process
 * dies before that, the claim is taken for a crash, which costs a try; if it dies before the message is sent, the first one comes again.
 */
export function callPostponer({ store, dueQueue, now, random, report }: Dependencies) {
  let reportedAt = Number.NEGATIVE_INFINITY;

  function reportAtTimes({ error }: NotMade): void {
    // The clock may have been put back.
    if (Math.abs(now() - reportedAt) < REPORT_EVERY) return;
    reportedAt = now();
    report(new Error(`${error} Calls that cannot be made are put off, and lose no try.`));
  }

  /** The event may have been cancelled since, and still have the claim. */
  async function takeBack(event: QueuedEvent, read: Waiting, { by, startedAt }: Claim): Promise<void> {
    let current: Progress | undefined = read;
    while (current?.claim?.by === by && current.claim.startedAt === startedAt) {
      if (await store.recordUnlessChanged(event, current, withoutClaim(current))) return;
      current = (await store.findEvent(event.key))?.progress;
    }
  }

  return async (message: Received, event: QueuedEvent, read: Waiting, why: NotMade): Promise<undefined> => {
    reportAtTimes(why);
    if (read.claim !== undefined) await takeBack(event, read, read.claim);
    const again = isRepeated(message) ? { again: true as const } : {};
    await dueQueue.send({ ...plain(message), ...again }, now() + AGAIN_AFTER * (1 + random()));
  };
}
