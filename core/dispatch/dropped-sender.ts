import { afterTheFirst } from '../delivery/claim.ts';
import type { Dependencies } from '../dependencies.ts';
import { SECOND } from '../durations.ts';
import type { Entry } from '../event/entry.ts';
import type { EventKey } from '../event/event-key.ts';
import { nextMessage } from '../event/message.ts';
import { mayHaveBeenDropped, type Pause } from '../event/pause.ts';
import type { Progress, Waiting } from '../event/progress.ts';
import type { EventRecord } from '../ports.ts';

/**
 * The time after the beginning of a pause, in milliseconds, within which every process notices the pause and starts no
 * more attempts.
 */
const NOTICED_WITHIN = 30 * SECOND;
/**
 * The time after the beginning of a pause, in milliseconds, within which a process notices the pause if it is the only
 * process of the queue.
 */
const NOTICED_ALONE_WITHIN = SECOND;

type Entries = readonly Entry[];
type Handle = (entries: Entries) => Promise<number>;
type Dropped = { readonly event: EventRecord['event']; readonly progress: Waiting };

export type DroppedSenderDependencies = Pick<Dependencies, 'store' | 'dueQueue' | 'isAlone'>;

export type DroppedSender = {
  /**
   * Sends a message for each event that has one of the entries and whose message may have been dropped. Resolves with
   * the number of messages that were sent.
   */
  readonly send: Handle;
  /**
   * Does the same as `send` for the audit reminders among the entries, and skips all other entries, because the promote
   * cursor sends the messages of those. Resolves with the number of messages that were sent.
   */
  readonly sendReminded: Handle;
};

/**
 * Sends again the messages that a pause may have dropped, in the order in which their attempts are due. Only one
 * message is sent for an event, even if the event has several entries. If the process dies before the cursors are
 * written, some messages are sent twice. Their deliverers then claim the attempts, so that no attempt is made twice.
 */
export function droppedSender({ store, dueQueue, isAlone }: DroppedSenderDependencies, pause: Pause): DroppedSender {
  const noticedAt = pause.pausedAt + (isAlone ? NOTICED_ALONE_WITHIN : NOTICED_WITHIN);
  const seen = new Set<string>();

  async function send(entries: Entries): Promise<number> {
    const keys = entries.map(({ key }) => key).filter(isNew);
    const dropped = (await Promise.all(keys.map(findDropped))).filter((one) => one !== undefined);
    dropped.sort((one, other) => one.progress.nextAttemptAt - other.progress.nextAttemptAt);
    await Promise.all(dropped.map(sendOne));
    return dropped.length;
  }

  function isNew({ uuid }: EventKey): boolean {
    const size = seen.size;
    return seen.add(uuid).size > size;
  }

  /**
   * Resolves with an event and its progress if a pause may have dropped the message of its pending attempt, otherwise
   * with undefined. Most events have finished, so the progress is read first, and the event itself is read only if
   * needed.
   */
  async function findDropped(key: EventKey): Promise<Dropped | undefined> {
    const progress = await store.findProgress(key);
    if (progress !== undefined && !mayBeDropped(progress)) return undefined;
    const record = await store.findEvent(key);
    return record && mayBeDropped(record.progress) ? { event: record.event, progress: record.progress } : undefined;
  }

  function mayBeDropped(progress: Progress): progress is Waiting {
    return progress.status === 'waiting_execution' && mayHaveBeenDropped(progress.nextAttemptAt, pause);
  }

  /**
   * Sends the message of an event's next attempt. If the attempt was due before every process had noticed the pause, a
   * deliverer may have started the attempt without a claim. Then the new message is handed over only after that call
   * should be recorded, because a deliverer that gets the message earlier would make the same attempt a second time.
   */
  async function sendOne({ event, progress }: Dropped): Promise<void> {
    const { nextAttemptAt: at } = progress;
    const handOverAt = at <= noticedAt ? afterTheFirst(noticedAt, event.timeout, noticedAt) : at;
    await dueQueue.send({ ...nextMessage(event, progress), mayBeDuplicate: true }, handOverAt);
  }

  return { send, sendReminded: (entries) => send(entries.filter(({ kind }) => kind === 'audit')) };
}
