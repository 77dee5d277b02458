import type { ApiKey, NewKey, StoredKey } from './api-key.ts';
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
 * Handles each message by itself, and returns the messages that the due queue must hand over again.
 *
 * @param until The instant, in epoch milliseconds, by which the call should have ended. Messages for which there is no
 *   time left are returned. If undefined, there is no such instant.
 */
export type Deliver = (messages: readonly Received[], until?: number) => Promise<readonly Received[]>;

/** The store of events and their progress, which is the only truth about them. Every read sees all earlier writes. */
export type EventStore = {
  putEvent(event: QueuedEvent): Promise<void>;
  /**
   * Reserves the key of an event for its publisher's deduplication id, for 24 hours. Returns the reservation that
   * holds: this one, or an earlier one.
   *
   * @param instead The key of an earlier reservation that this one replaces, if it still holds.
   */
  reserve(event: QueuedEvent, instead?: EventKey): Promise<Reservation>;
  findEvent(key: EventKey): Promise<EventRecord | undefined>;
  /**
   * Reads the recorded progress of an event, which is cheaper than reading the event too. Undefined if nothing was
   * recorded.
   */
  findProgress(key: EventKey): Promise<Progress | undefined>;
  /**
   * Records a success whatever the progress in the store is, because any attempt that succeeds makes its event a
   * success.
   */
  recordSuccess(event: QueuedEvent, progress: Finished): Promise<void>;
  /** Records a progress. Returns false, and records nothing, if the progress in the store is no longer `read`. */
  recordUnlessChanged(event: QueuedEvent, read: Progress, progress: Progress): Promise<boolean>;
  /** Puts a reminder. Idempotent: a second reminder for the same event and instant replaces the first. */
  putReminder(event: QueuedEvent, reminder: Reminder): Promise<void>;
  /** Reads entries of a shard, earliest first: those behind a position that are due at `until` or earlier. */
  entries(shard: number, after: Position, until: number): Promise<Page>;
  /**
   * Reads keys of a list, latest due first: those behind the position `after`, up to the position `to`. The list ends
   * if there are fewer than `limit`.
   *
   * @param earliestFirst Whether the list is read the other way, so that `to` is a smaller position than `after`.
   */
  list(list: List, after: Position, to: Position, limit: number, earliestFirst?: boolean): Promise<readonly EventKey[]>;
  /**
   * Adds an event to the list of events that may have failed for good. The entry expires with this progress. Whether
   * the event has failed is said by its progress alone.
   */
  putFailedEntry(event: QueuedEvent, progress: Progress): Promise<void>;
  /** Moves the expiry of an event, its tag entries and its progress to a later instant. */
  extendExpiry(record: EventRecord, instant: number): Promise<void>;
  findCursors(): Promise<Cursors | undefined>;
  /** Writes the cursors. Returns false, and writes nothing, if the cursors in the store are no longer `read`. */
  saveCursors(read: Cursors | undefined, cursors: Cursors): Promise<boolean>;
};

type Reservation = {
  readonly key: EventKey;
  readonly createdAt: number;
  /** Whether this request made the reservation. */
  readonly isOwn: boolean;
  /** Whether the reservation was made for a request that asks for the same. */
  readonly isSameRequest: boolean;
};

/** A list of the keys of events, in the order of their due instants. */
export type List =
  | { readonly shard: number }
  | { readonly failedShard: number }
  /** The events with a tag, of one shard. */
  | { readonly tag: string; readonly taggedShard: number }
  /**
   * The events with a tag, of all shards, that were published before the lists of tags were spread over shards. No
   * event is added to this list.
   */
  | { readonly tag: string };

/**
 * Hands each message to a deliverer at its instant, or earlier if the instant is further away than the queue can delay
 * a message.
 */
export type DueQueue = {
  /**
   * Sends a message.
   *
   * @param handOverAt The instant, in epoch milliseconds, before which no deliverer gets the message. If undefined, the
   *   message is handed over at about its own instant, and a deliverer that gets it earlier waits.
   */
  send(message: Message, handOverAt?: number): Promise<void>;
  /** Returns the approximate number of messages that are due and wait for a deliverer. */
  backlog(): Promise<number>;
};

/**
 * Makes one HTTP call for an event. Never rejects: every failure is an outcome.
 *
 * @param secrets The secrets that sign the call. Each adds a signature.
 * @param triesLeft The number of tries that the event has left, including this one. If more than one is left, the call
 *   may use an open connection, and sends its request a second time if the receiver has closed that connection. Then
 *   the result says that two requests, and so two tries, were used. The last try uses a new connection.
 */
export type Caller = (
  event: QueuedEvent,
  attempt: number,
  secrets: readonly SigningSecret[],
  triesLeft: number,
) => Promise<CallResult | NotMade>;

/**
 * A secret that signs calls, so that their receivers can verify that they come from this queue. A secret that was
 * replaced still signs before the instant `until`, in epoch milliseconds.
 */
export type SigningSecret = { readonly secret: string; readonly until?: number };

export type SigningSecrets = {
  /**
   * Returns the secrets that sign now, the current one first. There is always one. They may be half a minute old, so
   * that a secret that another process made since is missing.
   */
  cached(): Promise<readonly SigningSecret[]>;
  /** Reads the secrets that sign at this moment, the current one first. */
  fresh(): Promise<readonly SigningSecret[]>;
  /** Replaces the current secret, and returns the secrets that sign from now on. */
  rotate(): Promise<readonly SigningSecret[]>;
};

/** The latest pause of the queue, which all processes share. */
export type Pauses = {
  /**
   * Returns the latest pause. That the queue is paused is true at this moment; that it is not paused may have been read
   * seconds ago.
   */
  find(): Promise<Pause | undefined>;
  /** Reads the latest pause at this moment. */
  read(): Promise<Pause | undefined>;
  /** Writes a pause. Returns false, and writes nothing, if the latest pause is no longer `known`. */
  change(known: Pause | undefined, pause: Pause): Promise<boolean>;
};

export type StatisticsRange = 'hour' | 'day';

/** The counts of the minute, or the hour, that began at `startedAt`. */
export type Period = { readonly startedAt: number; readonly counts: Counts };

export type Statistics = {
  /**
   * Returns one period for each minute of the last hour, or for each hour of the last day, oldest first. Periods in
   * which nothing happened are included.
   */
  read(range: StatisticsRange): Promise<readonly Period[]>;
};

export type ApiKeys = {
  /** Returns the API key that has this secret; undefined if there is none. */
  find(secret: string): Promise<ApiKey | undefined>;
};

/** The API keys that were made and not revoked, for those who look after them. */
export type ApiKeyStore = {
  /** Returns all keys, the latest first. */
  list(): Promise<readonly StoredKey[]>;
  /**
   * Makes a key, and returns it with its secret, which is not stored and cannot be shown again. Returns `too many`, and
   * makes nothing, if there are as many keys as there may be.
   */
  create(wanted: NewKey): Promise<(StoredKey & { readonly secret: string }) | 'too many'>;
  /** Revokes a key, which may still be accepted for 30 s. Returns false if there is no such key. */
  revoke(id: string): Promise<boolean>;
};

/** Bounds how many calls are made at the same time, to one host and to all hosts together. */
export type ConcurrencyLimit = {
  /** Creates the request of one message for one slot. It holds no slot yet. */
  request(): Slot;
};

/** A request for one of the slots of a host. */
export type Slot = {
  /**
   * Takes a slot of the host if one is free, and returns whether this request holds a slot. All calls for one request
   * name the same host.
   */
  tryAcquire(host: string): boolean;
  /**
   * Waits for a slot of the host that `tryAcquire` named. Resolves with true when this request holds the slot, or with
   * false if no calls start any more. Hosts take turns, and the requests for one host get slots in the order in which
   * they began to wait.
   */
  acquire(): Promise<boolean>;
  /** Gives the slot back, if this request holds one. */
  release(): void;
};

export type CursorName = 'promote' | 'audit' | 'resuming' | 'expiryWalk';

/**
 * The positions of the dispatcher's cursors, and the lease on them. The promote cursor sends what is soon due; the
 * audit cursor looks after what should be finished. The run whose conditional write on `version` succeeded last holds
 * the lease. If it dies, the next run repeats at most a page of some shards.
 */
export type Cursors = {
  readonly version: number;
  readonly writtenAt: number;
  /** The instant, in epoch milliseconds, at which the lease ends. 0 if it was given back. */
  readonly leasedUntil: number;
  /**
   * The positions of the promote cursor by shard. Every shard that was ever used has a position, here and in the lists
   * below.
   */
  readonly promote: readonly Position[];
  readonly audit: readonly Position[];
  /** The instant since which the promote cursor has reached its goal in every run; undefined while it catches up. */
  readonly upToDateSince?: number;
  /**
   * The end of the latest pause after which the dispatcher has begun to send again the messages that the pause dropped.
   */
  readonly resumedAt?: number;
  /** The positions up to which the messages that the pause dropped were sent again; undefined when all were. */
  readonly resuming?: readonly Position[];
  /** The instant at which the latest walk began that moves the expiry of unfinished events during a pause. */
  readonly expiryWalkSince?: number;
  /** The positions up to which that walk has come; undefined when it is done. */
  readonly expiryWalk?: readonly Position[];
};
