import type { ApiKey } from './api-key.ts';
import type { QueuedEvent } from './event.ts';
import type { EventKey } from './event-key.ts';
import type { CallResult, Finished, Progress } from './progress.ts';

/** An event and what has happened to it so far. */
export type EventRecord = { readonly event: QueuedEvent; readonly progress: Progress };

/** What travels on the due queue. It may be lost, repeated, reordered or late: the store alone decides what it is worth. */
export type Message = {
  readonly key: EventKey;
  /** The number of the attempt, and its instant. */
  readonly attempt: number;
  readonly at: number;
  /** Whether another message for the same attempt may be on its way. */
  readonly again?: true;
};

/** A message as it is handed over, and how often that was done. A repetition may mean that a deliverer died, or only that it was busy. */
export type Received = Message & { readonly receiveCount: number };

/** Handles each message by itself and answers those to be handed over again. */
export type Deliver = (messages: readonly Received[]) => Promise<readonly Received[]>;

/** Where events and their progress are kept: the truth. Reads see every earlier write. */
export type EventStore = {
  keepEvent(event: QueuedEvent): Promise<void>;
  findEvent(key: EventKey): Promise<EventRecord | undefined>;
  /** Unconditional: any attempt that succeeded makes its event a success. */
  recordSuccess(event: QueuedEvent, progress: Finished): Promise<void>;
  /** Answers false, and records nothing, if the event's progress is no longer the one that was `read`. */
  recordUnlessChanged(event: QueuedEvent, read: Progress, progress: Progress): Promise<boolean>;
};

/** Hands each message to a deliverer at its instant, or earlier if that is further away than the queue can wait. */
export type DueQueue = {
  /** @param handOverAt epoch milliseconds, if not the instant of the message */
  send(message: Message, handOverAt?: number): Promise<void>;
};

/** Makes one HTTP call for an event. Never throws: whatever happens is an outcome. */
export type Caller = (event: QueuedEvent, attempt: number) => Promise<CallResult>;

export type ApiKeys = {
  /** Whose secret it is, if anyone's. */
  find(secret: string): Promise<ApiKey | undefined>;
};
