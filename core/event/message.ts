import { hostAndPortOf } from '../target/target-url.ts';
import type { QueuedEvent } from './event.ts';
import type { EventKey } from './event-key.ts';
import type { Waiting } from './progress.ts';

/** What travels on the due queue. It may be lost, repeated, reordered or late: the store alone decides what it is worth. */
export type Message = {
  readonly key: EventKey;
  /** The number of the attempt, and its instant. */
  readonly attempt: number;
  readonly at: number;
  /** Whether another message for the same attempt may be on its way. */
  readonly again?: true;
  /** The host and port that the event goes to, if known. */
  readonly host?: string;
};

/** A message as it is handed over, and how often that was done. A repetition may mean that a deliverer died, or only that it was busy. */
export type Received = Message & { readonly receiveCount: number };

/** The message of the attempt that comes next. */
export function nextMessage({ key, url }: QueuedEvent, { nextAttempt, nextAttemptAt }: Waiting): Message {
  return { key, attempt: nextAttempt, at: nextAttemptAt, host: hostAndPortOf(url) };
}

/** The message as it was sent. */
export function plain({ receiveCount, ...message }: Received): Message {
  return message;
}
