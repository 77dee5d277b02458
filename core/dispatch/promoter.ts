import { afterTheFirst } from '../delivery/claim.ts';
import type { Dependencies } from '../dependencies.ts';
import { SECOND } from '../durations.ts';
import type { Cue } from '../event/entry.ts';
import type { QueuedEvent } from '../event/event.ts';
import { firstProgress } from '../event/lifecycle.ts';
import { type Message, nextMessage } from '../event/message.ts';
import { FOLLOWED_AT_ONCE, type RunMaker } from '../schedules/run-maker.ts';
import type { Found, Handle, HasLease } from './cursor-walk.ts';
import { messageFor, REACH } from './cursors.ts';

const PAUSE_BEFORE_SENDING_AGAIN = SECOND;

type PromoterDependencies = Pick<Dependencies, 'dueQueue' | 'now' | 'sleep' | 'longestTimeout'>;

export type Promoter = {
  /** Sends the messages of entries that come due, and those of the runs that cues ask for. */
  readonly promote: Handle;
  /** Makes the runs that cues ask for, and sends their messages. Resolves with their number. */
  followCues(cues: readonly Cue[], hasLease: HasLease): Promise<number>;
  /** Makes the runs of cues that were passed over, and sends their messages. Resolves with their number. */
  followMissedCues(found: Found, hasLease: HasLease): Promise<number>;
};

/**
 * The runs of a schedule are made up to where the promote cursor reaches now. That instant is taken before the schedule
 * is read: a change of the schedule takes away all runs up to a minute beyond it, however long this process takes.
 */
export function promoter(dependencies: PromoterDependencies, runs: RunMaker): Promoter {
  const { dueQueue, now, sleep, longestTimeout } = dependencies;

  /**
   * Sends the messages of a page, which may be 160 requests to SQS. If one of them fails, the others are not repeated,
   * because then all their messages would come twice, at the same instant. The messages of the failed request are sent
   * once more, behind those that may have arrived. If that fails too, the next run sends the page again.
   */
  async function sendAll(messages: readonly Message[]): Promise<number> {
    const results = await Promise.allSettled(messages.map((message) => dueQueue.send(message)));
    const unsent = messages.filter((_, index) => results[index]?.status === 'rejected');
    if (unsent.length > 0) await sleep(PAUSE_BEFORE_SENDING_AGAIN);
    await Promise.all(unsent.map(sendBehind));
    return messages.length;
  }

  function sendBehind(message: Message): Promise<void> {
    return dueQueue.send({ ...message, mayBeDuplicate: true }, afterTheFirst(message.at, longestTimeout, now()));
  }

  /** Makes and sends the runs of some cues after those of others, as long as this run has the lease. */
  async function inPortions(
    cues: readonly Cue[],
    hasLease: HasLease,
    make: (portion: readonly Cue[]) => Promise<readonly Message[]>,
  ): Promise<number> {
    let sent = 0;
    for (let from = 0; from < cues.length && (await hasLease()); from += FOLLOWED_AT_ONCE)
      sent += await sendAll(await make(cues.slice(from, from + FOLLOWED_AT_ONCE)));
    return sent;
  }

  function followCues(cues: readonly Cue[], hasLease: HasLease): Promise<number> {
    return inPortions(cues, hasLease, async (portion) => (await runs.follow(portion, now() + REACH)).map(firstMessage));
  }

  return {
    followCues,

    async promote({ entries, cues }, hasLease) {
      const sent = await sendAll(entries.map(messageFor).filter((message) => message !== undefined));
      return sent + (await followCues(cues, hasLease));
    },

    followMissedCues({ entries, cues }, hasLease) {
      return inPortions(cues, hasLease, async (portion) => {
        const missed = await runs.followMissed(portion, entries, now() + REACH);
        return missed.map((run) => ({ ...firstMessage(run), mayBeDuplicate: true }));
      });
    },
  };
}

function firstMessage(run: QueuedEvent): Message {
  return nextMessage(run, firstProgress(run));
}
