import { type EventKey, instantAt, offsetOf } from './event-key.ts';

/** What is found in a shard by its time: an event at its due instant, or a reminder to look at one then. */
export type Entry =
  | { readonly kind: 'event'; readonly key: EventKey; readonly sent: boolean }
  | AttemptReminder
  | { readonly kind: 'audit'; readonly key: EventKey; readonly at: number };

/** Says that an attempt comes due that is too far away for the due queue. */
type AttemptReminder = {
  readonly kind: 'attempt';
  readonly key: EventKey;
  readonly attempt: number;
  readonly at: number;
};

export type Reminder = Exclude<Entry, { kind: 'event' }>;

/** A part of a shard, earliest first, and how far it reaches. */
export type Page = { readonly entries: readonly Entry[]; readonly reached: Position };

/** How far a cursor has come in a shard: the sort text of an entry, or of an instant. The larger, the earlier. */
export type Position = string;

/** Before everything that may ever be due. */
export const BEGINNING: Position = '~';

/** Behind all of it. Not empty: DynamoDB takes no empty text for a key, not even as a bound. */
export const END: Position = '0';

export function positionAt(instant: number): Position {
  return offsetOf(instant);
}

/** The instant of a position, if it is not before everything. */
export function instantOf(position: Position): number | undefined {
  return position === BEGINNING ? undefined : instantAt(position.split('#', 1)[0] ?? '');
}

/** Where an event stands among those due at its instant. */
export function positionOf({ dueAt, uuid }: EventKey): Position {
  return `${offsetOf(dueAt)}#${uuid}`;
}

/** Before all that is due at an instant or later. */
export function positionBefore(instant: number): Position {
  return `${offsetOf(instant)}${BEGINNING}`;
}
