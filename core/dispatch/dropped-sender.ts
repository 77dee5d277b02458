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
/** The time, in milliseconds, within which a process that is alone notices the beginning of a pause. */
const NOTICED_ALONE_WITHIN = SECOND;

type Entries = readonly Entry[];
type Handle = (entries: Entries) => Promise<number>;
type Dropped = { readonly event: EventRecord['event']; readonly progress: Waiting };

export type DroppedSender = {
  /**
   * Sends the messages of the events of entries that may have been dropped, and returns the number of messages that it
   * sent.
   */
  readonly send: Handle;
  /**
   * Sends such messages for audit reminders alone, and returns their number. The promote cursor meets the other
   * entries.
   */
  readonly sendReminded: Handle;
};

/**
 * Sends again the messages that a pause may have dropped, in the order in which their attempts are due. One message is
 * sent for an event, however many entries it has. If the process dies before the cursors are written, some messages are
 * sent twice, and their deliverers claim the attempts.
 */
export function droppedSender({ store, dueQueue, isAlone }: Dependencies, pause: Pause): DroppedSender {
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
   * Reads the progress of an event first, because most events have finished, and then their events need not be read.
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

  /** An attempt may have started, without a claim, before the pause was noticed. Then the message comes behind it. */
  async function sendOne({ event, progress }: Dropped): Promise<void> {
    const { nextAttemptAt: at } = progress;
    const handOverAt = at <= noticedAt ? afterTheFirst(noticedAt, event.timeout, noticedAt) : at;
    await dueQueue.send({ ...nextMessage(event, progress), mayBeDuplicate: true }, handOverAt);
  }

  return { send, sendReminded: (entries) => send(entries.filter(({ kind }) => kind === 'audit')) };
}
