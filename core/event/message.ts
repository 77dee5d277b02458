import { hostAndPortOf } from '../target/target-url.ts';
import type { QueuedEvent } from './event.ts';
import type { EventKey } from './event-key.ts';
import type { Waiting } from './progress.ts';

/**
 * A request on the due queue to make an attempt. It may be lost, repeated, reordered or late, so a deliverer asks the
 * store whether the attempt is pending.
 */
export type Message = {
  readonly key: EventKey;
  /** The number of the attempt. */
  readonly attempt: number;
  /** The instant of the attempt, in epoch milliseconds. */
  readonly at: number;
  /** Present if another message for the same attempt may be on its way. */
  readonly mayBeDuplicate?: true;
  /** The host and port of the event's URL. Absent if the sender had not read the event. */
  readonly host?: string;
};

/**
 * A message that was handed over, and how often that was done. More than once means that a deliverer died, or only that
 * it was busy.
 */
export type Received = Message & { readonly receiveCount: number };

/** The message for the next attempt of a waiting event. */
export function nextMessage({ key, url }: QueuedEvent, { nextAttempt, nextAttemptAt }: Waiting): Message {
  return { key, attempt: nextAttempt, at: nextAttemptAt, host: hostAndPortOf(url) };
}

/** The message in the form in which it is sent. */
export function plain({ receiveCount, ...message }: Received): Message {
  return message;
}
