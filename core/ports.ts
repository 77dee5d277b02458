import type { ApiKey } from './api-key.ts';
import type { Page, Position, Reminder } from './event/entry.ts';
import type { QueuedEvent } from './event/event.ts';
import type { EventKey } from './event/event-key.ts';
import type { Message, Received } from './event/message.ts';
import type { Pause } from './event/pause.ts';
import type { CallResult, Finished, NotMade, Progress } from './event/progress.ts';
import type { Counts } from './statistics.ts';

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
  putEvent(event: QueuedEvent): Promise<void>;
  /**
   * Reserves the key of an event for its publisher's deduplication id, for 24 hours, and answers the reservation that holds: this
   * one, or an earlier one.
   *
   * @param instead the key of a reservation that this one takes the place of
   */
  reserve(event: QueuedEvent, instead?: EventKey): Promise<Reservation>;
  findEvent(key: EventKey): Promise<EventRecord | undefined>;
  /** What was recorded of an event, if anything: cheaper than finding it. */
  findProgress(key: EventKey): Promise<Progress | undefined>;
  /** Unconditional: any attempt that succeeded makes its event a success. */
  recordSuccess(event: QueuedEvent, progress: Finished): Promise<void>;
  /** Answers false, and records nothing, if the event's progress is no longer the one that was `read`. */
  recordUnlessChanged(event: QueuedEvent, read: Progress, progress: Progress): Promise<boolean>;
  /** Two of one event at one instant are one. */
  putReminder(event: QueuedEvent, reminder: Reminder): Promise<void>;
  /** The entries of a shard behind a position, up to and with an instant. */
  entries(shard: number, after: Position, until: number): Promise<Page>;
  /**
   * A part of a list, latest due first: the keys behind a position, up to another. Fewer than `limit` are the last.
   */
  list(list: List, after: Position, to: Position, limit: number): Promise<readonly EventKey[]>;
  /** Says in the list of exhausted events that this one may be exhausted, for as long as this progress is kept; it tells. */
  putFailedEntry(event: QueuedEvent, progress: Progress): Promise<void>;
  /** Moves the expiry of an event, of the entries of its tags and of its progress on, to an instant. */
  extendExpiry(record: EventRecord, instant: number): Promise<void>;
  findCursors(): Promise<Cursors | undefined>;
  /** Answers false, and writes nothing, if the cursors are no longer those that were `read`. */
  saveCursors(read: Cursors | undefined, cursors: Cursors): Promise<boolean>;
};

type Reservation = {
  readonly key: EventKey;
  readonly createdAt: number;
  /** Whether it is the one that was asked for now. */
  readonly isOwn: boolean;
  readonly isSameRequest: boolean;
};

/** Where keys of events are found in the order of their due instants. */
export type List =
  | { readonly shard: number }
  | { readonly failedShard: number }
  /** The tagged events of one shard. */
  | { readonly tag: string; readonly taggedShard: number }
  /** The tagged events of all shards that were published before tags were spread over shards. No event is added to it. */
  | { readonly tag: string };

/** Hands each message to a deliverer at its instant, or earlier if that is further away than the queue can wait. */
export type DueQueue = {
  /** @param handOverAt epoch milliseconds, before which nobody gets the message; unless given, about its instant: a deliverer that gets it sooner waits */
  send(message: Message, handOverAt?: number): Promise<void>;
  /** About how many messages have come due and wait for a deliverer. */
  backlog(): Promise<number>;
};

/**
 * Makes one HTTP call for an event. Never throws: whatever happens is an outcome.
 *
 * @param secrets with each of which it is signed
 * @param triesLeft how many tries the event has left, this one included. The last one meets no connection that was used before;
 *   an earlier one may, and sends its request once more if its receiver has closed it, as the result says: that used two tries
 */
export type Caller = (
  event: QueuedEvent,
  attempt: number,
  secrets: readonly SigningSecret[],
  triesLeft: number,
) => Promise<CallResult | NotMade>;

/** By which a receiver knows that a call comes from this queue. One that was replaced signs up to an instant. */
export type SigningSecret = { readonly secret: string; readonly until?: number };

export type SigningSecrets = {
  /** Those that sign now, the current one first: there is always one. Another process may have replaced it half a minute ago. */
  cached(): Promise<readonly SigningSecret[]>;
  /** The same as of this moment. */
  fresh(): Promise<readonly SigningSecret[]>;
  /** Replaces the current one, and answers those that sign now. */
  rotate(): Promise<readonly SigningSecret[]>;
};

/** Where the latest pause of the queue is kept: all processes see the same. */
export type Pauses = {
  /** The latest pause. A pause that lasts is answered as of this moment; that there is none may have been read seconds ago. */
  find(): Promise<Pause | undefined>;
  /** The latest pause as of this moment. */
  read(): Promise<Pause | undefined>;
  /** Answers false, and writes nothing, if the latest pause is no longer the one that was `known`. */
  change(known: Pause | undefined, pause: Pause): Promise<boolean>;
};

export type StatisticsRange = 'hour' | 'day';

/** What happened in a minute, or an hour, from an instant on. */
export type Period = { readonly startedAt: number; readonly counts: Counts };

export type Statistics = {
  /** By the minute for the last hour, by the hour for the last day; oldest first, each period there. */
  read(range: StatisticsRange): Promise<readonly Period[]>;
};

export type ApiKeys = {
  /** Whose secret it is, if anyone's. */
  find(secret: string): Promise<ApiKey | undefined>;
};

/** Bounds how many calls are made at the same time, to one host and to all hosts together. */
export type ConcurrencyLimit = {
  /** Begins a request for one slot, for one message on its way to its call. */
  request(): Slot;
};

/** A request for one of the slots of a host. */
export type Slot = {
  /** Takes a slot of the host if one is free, and answers whether this request has one. A request asks for one host only. */
  tryAcquire(host: string): boolean;
  /**
   * Waits for a slot of the host that was asked for last. Resolves with true when this request has it, with false if no calls start any more.
   * Hosts take turns; requests for one host are granted in their order.
   */
  acquire(): Promise<boolean>;
  /** Gives the slot back, if this request has one. */
  release(): void;
};

export type CursorName = 'promote' | 'audit' | 'resuming' | 'keeping';

/**
 * Where the dispatcher's two cursors are: the promote one sends what is soon due, the audit one audits what should be
 * finished. Whoever writes it next to its version holds the lease; if that one dies, a page of some shards at most is done again.
 */
export type Cursors = {
  readonly version: number;
  readonly writtenAt: number;
  readonly leasedUntil: number;
  /** By shard: every shard that was ever used has a position. */
  readonly promote: readonly Position[];
  readonly audit: readonly Position[];
  /** Since when the promote cursor has not been behind; undefined while it catches up. */
  readonly upToDateSince?: number;
  /** The end of the latest pause after which messages were begun to be sent again. */
  readonly resumedAt?: number;
  /** How far that has come; undefined when it is done. */
  readonly resuming?: readonly Position[];
  /** When events were last begun to be kept from expiring during a pause. */
  readonly keepingSince?: number;
  /** How far that has come; undefined when it is done. */
  readonly keeping?: readonly Position[];
};
