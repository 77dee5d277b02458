import { type EventKey, instantAt, offsetOf } from './event-key.ts';

/**
 * An item that dispatch finds in a shard by its instant: an event at its due instant, a scheduled attempt or an audit
 * reminder.
 */
export type Entry =
  | { readonly kind: 'event'; readonly key: EventKey; readonly messageSentByPublish: boolean }
  | ScheduledAttempt
  | { readonly kind: 'audit'; readonly key: EventKey; readonly at: number };

/** A scheduled attempt: an entry for an attempt that is too far away for the due queue. */
type ScheduledAttempt = {
  readonly kind: 'attempt';
  readonly key: EventKey;
  readonly attempt: number;
  readonly at: number;
};

/** An entry that is not the event itself: a scheduled attempt or an audit reminder. */
export type Reminder = Exclude<Entry, { kind: 'event' }>;

/**
 * An item that dispatch finds in a shard by its instant, and that says: from this instant on, look at a schedule again.
 * It says neither what nor how often the schedule publishes.
 */
export type Cue = {
  readonly uuid: string;
  readonly at: number;
  /** The id of the schedule. */
  readonly schedule: string;
  /** The life and the edition that the schedule must still have for the cue to count. */
  readonly life: string;
  readonly edition: number;
};

/** Entries and cues of a shard, earliest first, and the position behind which the next page begins. */
export type Page = { readonly entries: readonly Entry[]; readonly cues: readonly Cue[]; readonly reached: Position };

/**
 * The place that a cursor has reached in a shard: the sort key of an entry, or the offset of an instant. Larger
 * positions are earlier.
 */
export type Position = string;

/** The position before all entries. */
export const BEGINNING: Position = '~';

/** The position behind all entries. It is not the empty text, which DynamoDB refuses as a key, even as a bound. */
export const END: Position = '0';

export function positionAt(instant: number): Position {
  return offsetOf(instant);
}

/** The instant of a position; undefined for the beginning. */
export function instantOf(position: Position): number | undefined {
  return position === BEGINNING ? undefined : instantAt(position.split('#', 1)[0] ?? '');
}

/** The position of an event, which is its sort key. */
export function positionOf({ dueAt, uuid }: EventKey): Position {
  return `${offsetOf(dueAt)}#${uuid}`;
}

/** The position before all entries that are due at an instant or later. */
export function positionBefore(instant: number): Position {
  return `${offsetOf(instant)}${BEGINNING}`;
}
