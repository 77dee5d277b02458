import type { ApiKey, NewKey, StoredKey } from './api-key.ts';
import type { Cue, Page, Position, Reminder } from './event/entry.ts';
import type { QueuedEvent } from './event/event.ts';
import type { EventKey } from './event/event-key.ts';
import type { Message, Received } from './event/message.ts';
import type { Pause } from './event/pause.ts';
import type { CallResult, Finished, NotMade, Progress } from './event/progress.ts';
import type { CountsByHost } from './host-counts.ts';
import type { Counts } from './statistics.ts';

/** An event, and the progress that says what has happened to the event so far. */
export type EventRecord = { readonly event: QueuedEvent; readonly progress: Progress };

/**
 * Handles messages, each independently of the others: makes the calls that they ask for, and records the attempts.
 * Resolves with the messages that the due queue must hand over again.
 *
 * @param until The instant, in epoch milliseconds, by which all calls should have ended. A message that was handed over
 *   before is returned without a call if its call could last longer. If undefined, there is no such instant.
 */
export type Deliver = (messages: readonly Received[], until?: number) => Promise<readonly Received[]>;

/**
 * The store of events and their progress. Only the store decides what is true about an event, because messages can be
 * lost, repeated or late. Every read sees all writes that were made before it.
 */
export type EventStore = {
  putEvent(event: QueuedEvent): Promise<void>;
  /**
   * Reserves the key of an event for the deduplication id that the publisher gave the event, for the event's
   * deduplication window. Resolves with the reservation that is valid: the new one, or an earlier one, which then
   * stays as it is.
   *
   * @param instead The key in an earlier reservation for the same deduplication id. If that reservation is still the
   *   valid one, the new one replaces it.
   */
  reserve(event: QueuedEvent, instead?: EventKey): Promise<Reservation>;
  findEvent(key: EventKey): Promise<EventRecord | undefined>;
  /**
   * Reads the progress of an event alone, which is cheaper than reading the event too. Resolves with undefined if no
   * progress has been recorded yet.
   */
  findProgress(key: EventKey): Promise<Progress | undefined>;
  /**
   * Finds the key of an event by its uuid. Undefined if nothing was recorded of the event, or only by a version that
   * did not store its key.
   */
  findKey(uuid: string): Promise<EventKey | undefined>;
  /**
   * Records a success, even if the event has failed or has been cancelled in the store meanwhile, because any attempt
   * that succeeds makes its event a success.
   */
  recordSuccess(event: QueuedEvent, progress: Finished): Promise<void>;
  /**
   * Records a progress if the progress in the store is still `read`. Otherwise resolves with false and records nothing.
   */
  recordUnlessChanged(event: QueuedEvent, read: Progress, progress: Progress): Promise<boolean>;
  /**
   * Stores a reminder, through which dispatch finds the event at the reminder's instant. Idempotent: a second reminder
   * for the same event and instant replaces the first.
   */
  putReminder(event: QueuedEvent, reminder: Reminder): Promise<void>;
  /** Stores a cue, through which dispatch finds its schedule at the cue's instant. It replaces the same cue. */
  putCue(cue: Cue, expiresAt: number): Promise<void>;
  /**
   * Reads a page of a shard's entries and cues, earliest first: those that come after the position `after` and are due at the
   * instant `until`, in epoch milliseconds, or earlier.
   */
  entries(shard: number, after: Position, until: number): Promise<Page>;
  /**
   * Reads up to `limit` keys of a list, latest due first: those that come after the position `after`, up to and
   * including the position `to`. If fewer than `limit` keys are returned, the list has no more of them.
   *
   * @param earliestFirst Whether the list is read in the opposite direction, earliest due first. Then `to` is a smaller
   *   position than `after`.
   */
  list(list: List, after: Position, to: Position, limit: number, earliestFirst?: boolean): Promise<readonly EventKey[]>;
  /**
   * Adds an event to the list of events that may have failed for good. The entry expires when `progress` does. A reader
   * of the list checks the progress of each event, because the entry is stored before the failure is recorded, and is
   * not removed when the event is retried.
   */
  putFailedEntry(event: QueuedEvent, progress: Progress): Promise<void>;
  /** Moves the expiry of an event, its tag entries and its progress to a later instant, in epoch milliseconds. */
  extendExpiry(record: EventRecord, instant: number): Promise<void>;
  findCursors(): Promise<Cursors | undefined>;
  /**
   * Writes the cursors if the cursors in the store are still `read`. Otherwise resolves with false and writes nothing.
   */
  saveCursors(read: Cursors | undefined, cursors: Cursors): Promise<boolean>;
};

/**
 * The answer to a request that wants to reserve a deduplication id. It says which request holds the id: this one, an
 * earlier one that asks for the same, or an earlier one that asks for something else.
 */
type Reservation =
  | { readonly heldBy: 'this request' }
  | {
      readonly heldBy: 'the same request';
      /** The key that is reserved for the event. */
      readonly key: EventKey;
      /** The instant at which the earlier request was made, in epoch milliseconds. */
      readonly createdAt: number;
    }
  | { readonly heldBy: 'another request' };

/** A list of keys of events, in the order of the events' due instants. Its fields say which events it contains. */
export type List =
  | { readonly shard: number }
  | { readonly failedShard: number }
  /** The events that are runs of a schedule, by its id. */
  | { readonly schedule: string }
  /** The events of one shard that have the tag. */
  | { readonly tag: string; readonly taggedShard: number }
  /**
   * The events of all shards that have the tag and were published before the lists of tags were spread over shards. No
   * event is added to this list any more.
   */
  | { readonly tag: string };

/**
 * Hands each message to a deliverer at the message's instant, or earlier if the instant is further away than the queue
 * can delay a message. A message may also be lost, repeated, late or out of order.
 */
export type DueQueue = {
  /**
   * Sends a message.
   *
   * @param handOverAt The instant, in epoch milliseconds, before which no deliverer gets the message. If undefined, the
   *   message is handed over at about its own instant, and a deliverer that gets the message earlier waits.
   */
  send(message: Message, handOverAt?: number): Promise<void>;
  /** Resolves with the approximate number of messages that are due and wait for a deliverer. */
  backlog(): Promise<number>;
};

/**
 * Makes one HTTP call for an event. The promise never rejects: every failure is a result.
 *
 * @param secrets The secrets that sign the call. Each of them adds a signature.
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
 * A secret that signs calls, so that a receiver can verify that a call comes from this queue. A secret that was
 * replaced has the field `until`, and signs calls only before that instant, in epoch milliseconds.
 */
export type SigningSecret = { readonly secret: string; readonly until?: number };

export type SigningSecrets = {
  /**
   * Resolves with the secrets that sign calls, the current one first. There is always at least one. The list may have
   * been read half a minute ago, so a secret that another process has made since may be missing.
   */
  cached(): Promise<readonly SigningSecret[]>;
  /** Reads the secrets that sign calls from the store, the current one first. No secret is missing. */
  fresh(): Promise<readonly SigningSecret[]>;
  /**
   * Makes a new current secret. Resolves with the secrets that sign from now on: the new one first, then the replaced
   * ones that still sign for a time.
   */
  rotate(): Promise<readonly SigningSecret[]>;
};

/** Reads and changes the latest pause of the queue, which is the same for all processes. */
export type Pauses = {
  /**
   * Resolves with the latest pause; undefined if the queue was never paused. A pause that has not ended was read just
   * now, but any other answer may be seconds old, so that the queue may have been paused since.
   */
  find(): Promise<Pause | undefined>;
  /** Reads the latest pause from the store; undefined if the queue was never paused. The answer is never old. */
  read(): Promise<Pause | undefined>;
  /** Writes a pause if the latest pause is still `known`. Otherwise resolves with false and writes nothing. */
  change(known: Pause | undefined, pause: Pause): Promise<boolean>;
};

export type StatisticsRange = 'hour' | 'day';

/** The counts of the minute, or of the hour, that began at `startedAt`, in epoch milliseconds. */
export type Period = { readonly startedAt: number; readonly counts: Counts };

/** What happened in the last hour or day. */
export type RangeCounts = {
  /**
   * The periods of the range, oldest first: one for each minute of the last hour, or for each hour of the last day.
   * Periods in which nothing happened are included.
   */
  readonly periods: readonly Period[];
  /** The counts of each host in all periods together. */
  readonly hosts: CountsByHost;
  /** False if there were more counts than one read takes. Then those of the earliest periods are too low. */
  readonly complete: boolean;
};

export type Statistics = {
  read(range: StatisticsRange): Promise<RangeCounts>;
};

export type ApiKeys = {
  /** Resolves with the API key that has this secret; undefined if no key has it. */
  find(secret: string): Promise<ApiKey | undefined>;
};

/** Lists, makes and revokes API keys, for those who administer the queue. */
export type ApiKeyStore = {
  /** Resolves with all keys that were not revoked, the latest first. */
  list(): Promise<readonly StoredKey[]>;
  /**
   * Makes a key, and resolves with the key and its secret. The secret is not stored, so it cannot be shown again. If
   * the largest allowed number of keys exists, resolves with `too many` and makes no key.
   */
  create(wanted: NewKey): Promise<(StoredKey & { readonly secret: string }) | 'too many'>;
  /**
   * Revokes a key. Processes that have read the key before may still accept it for 30 s. Resolves with false if no key
   * has this id.
   */
  revoke(id: string): Promise<boolean>;
};

/** Limits how many calls are made at the same time, to one host and to all hosts together. */
export type ConcurrencyLimit = {
  /** Creates a request of one message for one slot. The new request holds no slot yet. */
  request(): Slot;
};

/** A request for one of the slots of a host. A call to the host may start only while its request holds a slot. */
export type Slot = {
  /**
   * Takes a slot of the host if one is free, without waiting. Returns true if this request holds a slot afterwards, and
   * false if no slot is free or no calls start any more. Every call of this method for one request must name the same
   * host.
   */
  tryAcquire(host: string): boolean;
  /**
   * Waits for a slot of the host that the caller gave to `tryAcquire`. Resolves with true when this request holds a
   * slot, or with false if no calls start any more. Hosts take turns, and the requests for one host get slots in the
   * order in which they began to wait.
   */
  acquire(): Promise<boolean>;
  /** Gives the slot of this request back, if it holds one, so that another request can get the slot. */
  release(): void;
};

export type CursorName = 'promote' | 'audit' | 'resuming' | 'expiryWalk';

/**
 * The positions of the dispatcher's cursors, and the lease on them. The promote cursor sends messages for what is soon
 * due; the audit cursor looks for what should be finished and is not. The run whose conditional write on `version`
 * succeeded last holds the lease. If that run dies, the next run repeats at most a page of some shards.
 */
export type Cursors = {
  readonly version: number;
  readonly writtenAt: number;
  /** The instant, in epoch milliseconds, at which the lease ends; 0 if the lease was given back. */
  readonly leasedUntil: number;
  /**
   * The positions of the promote cursor: the index in this list is the number of the shard. This list and the other
   * lists of positions have an element for every shard that was ever used.
   */
  readonly promote: readonly Position[];
  readonly audit: readonly Position[];
  /**
   * The instant, in epoch milliseconds, since which the promote cursor has reached its goal in every run; undefined
   * while the promote cursor is behind.
   */
  readonly upToDateSince?: number;
  /**
   * The end, in epoch milliseconds, of the latest pause after which the dispatcher has begun to send again the messages
   * that the pause dropped.
   */
  readonly resumedAt?: number;
  /**
   * The positions up to which the messages that the latest pause dropped have been sent again; undefined when all of
   * them have been.
   */
  readonly resuming?: readonly Position[];
  /**
   * The instant, in epoch milliseconds, at which the latest walk over the shards began that moves the expiry of
   * unfinished events during a pause.
   */
  readonly expiryWalkSince?: number;
  /** The positions up to which the walk that moves expiries has come; undefined when this walk is done. */
  readonly expiryWalk?: readonly Position[];
};
