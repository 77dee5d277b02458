import { afterTheFirst } from '../delivery/claim.ts';
import type { Dependencies } from '../dependencies.ts';
import type { Entry } from '../event/entry.ts';
import type { EventKey } from '../event/event-key.ts';
import { nextMessage } from '../event/message.ts';
import { mayHaveBeenDropped, type Pause } from '../event/pause.ts';
import type { Progress, Waiting } from '../event/progress.ts';
import type { EventRecord } from '../ports.ts';

/** No attempt starts later than this after the beginning of a pause, in milliseconds. A process that is alone knows of it at once. */
const NOTICED_WITHIN = 30_000;
const NOTICED_ALONE_WITHIN = 1_000;

type Entries = readonly Entry[];
type Handle = (entries: Entries) => Promise<number>;
type Owed = { readonly event: EventRecord['event']; readonly progress: Waiting };

export type DroppedSender = {
  /** Sees to the events behind entries, and answers how many messages it sent. */
  readonly send: Handle;
  /** Sees to audit reminders alone: the promote cursor sees to the other entries. */
  readonly sendReminded: Handle;
};

/**
 * Sends the messages again that may have been dropped during a pause, in the order in which their attempts are due. Each event is seen to once,
 * however many entries it has. If the process dies before it has noted how far it came, some messages are sent twice, and claimed.
 */
export function droppedSender({ store, dueQueue, isAlone }: Dependencies, pause: Pause): DroppedSender {
  const noticedAt = pause.pausedAt + (isAlone ? NOTICED_ALONE_WITHIN : NOTICED_WITHIN);
  const seen = new Set<string>();

  async function send(entries: Entries): Promise<number> {
    const keys = entries.map(({ key }) => key).filter(isNew);
    const owed = (await Promise.all(keys.map(findOwed))).filter((one) => one !== undefined);
    owed.sort((one, other) => one.progress.nextAttemptAt - other.progress.nextAttemptAt);
    await Promise.all(owed.map(sendOne));
    return owed.length;
  }

  function isNew({ uuid }: EventKey): boolean {
    const size = seen.size;
    return seen.add(uuid).size > size;
  }

  /** Most have finished, and then their progress is enough. */
  async function findOwed(key: EventKey): Promise<Owed | undefined> {
    const progress = await store.findProgress(key);
    if (progress !== undefined && !mayBeOwed(progress)) return undefined;
    const record = await store.findEvent(key);
    return record && mayBeOwed(record.progress) ? { event: record.event, progress: record.progress } : undefined;
  }

  function mayBeOwed(progress: Progress): progress is Waiting {
    return progress.status === 'waiting_execution' && mayHaveBeenDropped(progress.nextAttemptAt, pause);
  }

  /** An attempt that may have started before the pause was noticed is not claimed: the message comes behind it. */
  async function sendOne({ event, progress }: Owed): Promise<void> {
    const { nextAttemptAt: at } = progress;
    const handOverAt = at <= noticedAt ? afterTheFirst(noticedAt, event.timeout, noticedAt) : at;
    await dueQueue.send({ ...nextMessage(event, progress), again: true }, handOverAt);
  }

  return { send, sendReminded: (entries) => send(entries.filter(({ kind }) => kind === 'audit')) };
}
