import type { Dependencies } from '../dependencies.ts';
import { MINUTE, SECOND } from '../durations.ts';
import type { QueuedEvent } from '../event/event.ts';
import { plain, type Received } from '../event/message.ts';
import type { Claim, NotMade, Progress, Waiting } from '../event/progress.ts';
import { isRepeated, withoutClaim } from './claim.ts';

/**
 * The shortest delay, in milliseconds, before a call that could not be made is tried again. The longest is twice that,
 * so that the calls do not come all at once.
 */
const AGAIN_AFTER = SECOND;
/** The time, in milliseconds, between two reports that calls cannot be made. */
const REPORT_EVERY = MINUTE;

export type CallPostponerDependencies = Pick<Dependencies, 'store' | 'dueQueue' | 'now' | 'random' | 'report'>;

/**
 * Puts off a call that this process could not make. The call is no attempt, so nothing is recorded, except that its
 * claim is withdrawn. If the process dies before the claim is withdrawn, the attempt is recorded as crashed, which uses
 * a try. If it dies before the new message is sent, the present message is handed over again.
 */
export function callPostponer({ store, dueQueue, now, random, report }: CallPostponerDependencies) {
  let reportedAt = Number.NEGATIVE_INFINITY;

  function reportOnceAMinute({ error }: NotMade): void {
    // The difference is negative if the clock was put back. Without `abs`, nothing would be reported until it has
    // caught up.
    if (Math.abs(now() - reportedAt) < REPORT_EVERY) return;
    reportedAt = now();
    report(new Error(`${error} Calls that cannot be made are put off, and lose no try.`));
  }

  /** The event may have been cancelled since it was read, and still have the claim. */
  async function withdrawClaim(event: QueuedEvent, read: Waiting, { by, startedAt }: Claim): Promise<void> {
    let current: Progress | undefined = read;
    while (current?.claim?.by === by && current.claim.startedAt === startedAt) {
      if (await store.recordUnlessChanged(event, current, withoutClaim(current))) return;
      current = (await store.findEvent(event.key))?.progress;
    }
  }

  return async (message: Received, event: QueuedEvent, read: Waiting, why: NotMade): Promise<undefined> => {
    reportOnceAMinute(why);
    if (read.claim !== undefined) await withdrawClaim(event, read, read.claim);
    const mark = isRepeated(message) ? { mayBeDuplicate: true as const } : {};
    await dueQueue.send({ ...plain(message), ...mark }, now() + AGAIN_AFTER * (1 + random()));
  };
}
