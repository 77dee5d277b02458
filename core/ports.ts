import type { ApiKey } from './api-key.ts';
import type { Page, Position, Reminder } from './entry.ts';
import type { QueuedEvent } from './event.ts';
import type { EventKey } from './event-key.ts';
import type { Hands } from './hands.ts';
import type { Message, Received } from './message.ts';
import type { CallResult, Finished, Progress } from './progress.ts';

/** An event and what has happened to it so far. */
export type EventRecord = { readonly event: QueuedEvent; readonly progress: Progress };

/**
 * Handles each message by itself and answers those to be handed over again.
 *
 * @param until epoch milliseconds by which it should have ended, if it must: what there is no time for is given back
 */
export type Deliver = (messages: readonly Received[], until?: number) => Promise<readonly Received[]>;

/** Where events and their progress are kept: the truth. Reads see every earlier write. */
export type EventStore = {
  keepEvent(event: QueuedEvent): Promise<void>;
  findEvent(key: EventKey): Promise<EventRecord | undefined>;
  /** Unconditional: any attempt that succeeded makes its event a success. */
  recordSuccess(event: QueuedEvent, progress: Finished): Promise<void>;
  /** Answers false, and records nothing, if the event's progress is no longer the one that was `read`. */
  recordUnlessChanged(event: QueuedEvent, read: Progress, progress: Progress): Promise<boolean>;
  /** Two of one event at one instant are one. */
  keepReminder(event: QueuedEvent, reminder: Reminder): Promise<void>;
  /** The entries of a shard behind a position, up to and with an instant. */
  entries(shard: number, after: Position, until: number): Promise<Page>;
  /** Moves the expiry of an event and of its progress on, to an instant. */
  keepUntil(record: EventRecord, instant: number): Promise<void>;
  findHands(): Promise<Hands | undefined>;
  /** Answers false, and writes nothing, if the hands are no longer those that were `read`. */
  keepHands(read: Hands | undefined, hands: Hands): Promise<boolean>;
};

/** Hands each message to a deliverer at its instant, or earlier if that is further away than the queue can wait. */
export type DueQueue = {
  /** @param handOverAt epoch milliseconds, if not the instant of the message */
  send(message: Message, handOverAt?: number): Promise<void>;
  /** About how many messages have come due and wait for a deliverer. */
  backlog(): Promise<number>;
};

/** Makes one HTTP call for an event. Never throws: whatever happens is an outcome. */
export type Caller = (event: QueuedEvent, attempt: number) => Promise<CallResult>;

export type ApiKeys = {
  /** Whose secret it is, if anyone's. */
  find(secret: string): Promise<ApiKey | undefined>;
};
