import { SECOND } from '../core/durations.ts';
import { isPaused, type Pause } from '../core/event/pause.ts';
import type { Pauses } from '../core/ports.ts';
import { freshness, type Mark } from './freshness.ts';
import { ITEM_FORMAT } from './item-format.ts';
import type { Condition, ItemKey, Table } from './table.ts';

const ITEM: ItemKey = { pk: 'pause', sk: 'pause' };
/** A process that has read that the queue is not paused reads the pause again after this many milliseconds. */
const REMEMBERED_FOR = 5 * SECOND;

/**
 * Stores the latest pause of a queue in one item of its table. A process reads the item at most every five seconds
 * while the queue is not paused. During a pause it reads the item for each batch of messages, because a message that is
 * dropped after the end of the pause would be missing for minutes.
 */
export function tablePauses(
  table: Table,
  now: () => number,
  monotonic: () => number = () => performance.now(),
): Pauses {
  const { mark, isFresh } = freshness(now, monotonic);
  let remembered: { readonly pause: Pause | undefined; readonly readAt: Mark } | undefined;

  async function read(): Promise<Pause | undefined> {
    const readAt = mark();
    const item = await table.get(ITEM);
    return remember(item && pauseIn(item), readAt);
  }

  /** Remembers the pause unless a later one is known already. A read that began before a change may end after it. */
  function remember(pause: Pause | undefined, readAt: Mark): Pause | undefined {
    if ((pause?.version ?? 0) >= (remembered?.pause?.version ?? 0)) remembered = { pause, readAt };
    return remembered?.pause;
  }

  return {
    read,

    async find() {
      const isEnough = remembered && !isPaused(remembered.pause) && isFresh(remembered.readAt, REMEMBERED_FOR);
      return isEnough ? remembered?.pause : read();
    },

    async change(known, pause) {
      const readAt = mark();
      if (!(await table.putIf({ ...ITEM, format: ITEM_FORMAT, ...pause }, unchangedSince(known)))) return false;
      remember(pause, readAt);
      return true;
    },
  };
}

function pauseIn({ pk, sk, format, ...pause }: ItemKey & { readonly format?: unknown }): Pause {
  return pause as Pause;
}

function unchangedSince(known: Pause | undefined): Condition {
  if (known === undefined) return [{ kind: 'absent' }];
  return [{ kind: 'equal', attributes: { version: known.version } }];
}
