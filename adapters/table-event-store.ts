import { createHash } from 'node:crypto';
import { DAY, SECOND } from '../core/durations.ts';
import { canonicalRequest } from '../core/event/canonical-request.ts';
import { type Cue, type Entry, positionAt, positionOf, type Reminder } from '../core/event/entry.ts';
import type { QueuedEvent } from '../core/event/event.ts';
import { type EventKey, instantAt, parsePublicKey, publicKey, shardOf } from '../core/event/event-key.ts';
import { behindItsEvents, expiresAt, progressExpiresAt, reminderExpiresAt } from '../core/event/expiry.ts';
import { firstProgress } from '../core/event/lifecycle.ts';
import type { Progress } from '../core/event/progress.ts';
import type { EventStore, List } from '../core/ports.ts';
import { ITEM_FORMAT, SCHEDULE_FORMAT } from './item-format.ts';
import {
  cursorsFrom,
  eventFrom,
  keyOfProgress,
  progressFrom,
  storedCursors,
  storedEvent,
  storedProgress,
  storedStatus,
} from './stored-names.ts';
import type { Condition, Item, ItemKey, Table } from './table.ts';

const CURSORS: ItemKey = { pk: 'hands', sk: 'hands' };
/** The largest number of entries that are read at a time. */
export const PAGE = 200;
/** The purpose of an audit reminder as it is stored. The version before knows only this older name. */
const AUDIT = 'look';
/** The purpose of a cue as it is stored. */
const CUE = 'schedule';
const ENTRY_ATTRIBUTES = ['sk', 'sent', 'purpose', 'attempt', 'dueAt', 'schedule', 'life', 'edition'];

/**
 * Stores events and their progress in a table. The progress is an item of its own, because DynamoDB bills each write by
 * the size of the whole item: the event's body is paid for only once.
 */
export function tableEventStore(table: Table): EventStore {
  return {
    async putEvent(event) {
      await Promise.all([eventItem(event), ...listEntries(event)].map(table.put));
    },

    async findEvent(key) {
      const [stored, recorded] = await Promise.all([table.get(eventKey(key)), table.get(progressKey(key))]);
      if (stored === undefined) return undefined;
      const event = eventFrom(attributesOf(stored), key);
      return { event, progress: recorded ? progressFrom(attributesOf(recorded)) : firstProgress(event) };
    },

    async findProgress(key) {
      const recorded = await table.get(progressKey(key));
      return recorded && progressFrom(attributesOf(recorded));
    },

    async findKey(uuid) {
      const recorded = await table.get(progressKey({ uuid }));
      return recorded && keyOfProgress(attributesOf(recorded), uuid);
    },

    async reserve(event, instead) {
      const item = reservationItem(event);
      if (await table.putIf(item, unreserved(event, instead))) return { heldBy: 'this request' };
      const { key, createdAt, request } = ((await table.get(item)) ?? item) as ReservationItem;
      const isSame = request === item.request || request === hashAsGiven(event);
      if (!isSame) return { heldBy: 'another request' };
      return { heldBy: 'the same request', key: parsePublicKey(key) ?? event.key, createdAt };
    },

    recordSuccess: (event, progress) => table.put(progressItem(event, progress)),

    recordUnlessChanged: (event, read, progress) => table.putIf(progressItem(event, progress), unchangedSince(read)),

    putReminder: (event, reminder) => table.put(reminderItem(event, reminder)),

    putCue: (cue, expiresAt) => table.put(cueItem(cue, expiresAt)),

    async entries(shard, after, until) {
      const to = positionAt(until);
      const range = { pk: `shard#${shard}`, from: after, to, attributes: ENTRY_ATTRIBUTES, limit: PAGE };
      const { items, isLast } = await table.query(range);
      const reached = isLast ? to : (items.at(-1)?.sk ?? to);
      const ahead = items.filter(({ sk }) => sk !== after);
      const [cues, entries] = [ahead.filter(isCue), ahead.filter((item) => !isCue(item))];
      return { entries: entries.map(entryFrom), cues: cues.map(cueFrom), reached };
    },

    /**
     * The expiry of the progress is moved first. If the process dies before the rest is done, the progress still
     * outlives the event: without its progress, an event would look new and be called again.
     */
    async extendExpiry({ event }, instant) {
      await table.setExpiry(progressKey(event.key), epochSeconds(behindItsEvents(instant)));
      await Promise.all(listEntries(event, instant).map(table.put));
      await table.setExpiry(eventKey(event.key), epochSeconds(instant));
    },

    async list(list, after, to, limit, earliestFirst = false) {
      const found: EventKey[] = [];
      // One more is read, because the key at which a page begins is not part of it.
      const range = { pk: partitionOf(list), to, attributes: ['sk'], limit: limit + 1, ascending: !earliestFirst };
      const isEmpty = earliestFirst ? after < to : after > to;
      for (let from = after, isLast = isEmpty; found.length < limit && !isLast; ) {
        const page = await table.query({ ...range, from });
        const keys = page.items.map(({ sk }) => sk).filter((sk) => sk !== from && !sk.endsWith('#r'));
        found.push(...keys.map(keyFrom));
        from = page.items.at(-1)?.sk ?? from;
        isLast = page.isLast;
      }
      return found.slice(0, limit);
    },

    putFailedEntry: (event, progress) => table.put(failedEntry(event, progress)),

    async findCursors() {
      const item = await table.get(CURSORS);
      return item && cursorsFrom(attributesOf(item));
    },

    saveCursors: (read, cursors) =>
      table.putIf({ ...CURSORS, format: ITEM_FORMAT, ...storedCursors(cursors) }, sameVersion(read)),
  };
}

function eventItem(event: QueuedEvent): Item {
  return {
    ...eventKey(event.key),
    format: ITEM_FORMAT,
    expires_at: epochSeconds(expiresAt(event)),
    ...storedEvent(event),
  };
}

/** The entries by which an event is found: one for each tag, and one if it is a run of a schedule. */
function listEntries(event: QueuedEvent, until = expiresAt(event)): readonly Item[] {
  const expires_at = epochSeconds(until);
  const taggedShard = shardOf(event.key.uuid);
  const sk = positionOf(event.key);
  const { schedule } = event;
  const lists = [...event.tags.map((tag) => ({ tag, taggedShard })), ...(schedule === undefined ? [] : [{ schedule }])];
  return lists.map((list) => ({ pk: partitionOf(list), sk, format: ITEM_FORMAT, expires_at }));
}

function failedEntry(event: QueuedEvent, progress: Progress): Item {
  const pk = partitionOf({ failedShard: shardOf(event.key.uuid) });
  const expires_at = epochSeconds(progressExpiresAt(event, progress));
  return { pk, sk: positionOf(event.key), format: ITEM_FORMAT, expires_at };
}

type ReservationItem = Item & { readonly key: string; readonly createdAt: number; readonly request: string };

/**
 * The item that reserves a key for a deduplication id. The id and the request are stored as hashes, so the item stays
 * small whatever they contain.
 */
function reservationItem(event: QueuedEvent): ReservationItem {
  const { key, createdAt, publishedBy, deduplicationId, deduplicationWindow } = event;
  return {
    pk: `dedup#${hashOf([publishedBy, deduplicationId])}`,
    sk: 'dedup',
    format: ITEM_FORMAT,
    expires_at: epochSeconds(createdAt + (deduplicationWindow ?? DAY)),
    key: publicKey(key),
    createdAt,
    ...(deduplicationWindow !== undefined && { validUntil: createdAt + deduplicationWindow }),
    request: hashOf(canonicalRequest(event)),
  };
}

/**
 * The hash of a request as the version before computed it. It is still compared, because a reservation from before an
 * upgrade is valid for up to a day after it.
 */
function hashAsGiven(event: QueuedEvent): string {
  return hashOf({ ...canonicalRequest(event), headers: event.headers, tags: event.tags });
}

/**
 * The condition that no valid reservation exists, apart from the one to replace. It compares the age of the item, and
 * the end of a window that is shorter than a day, because DynamoDB deletes an expired item days later.
 */
function unreserved({ createdAt }: QueuedEvent, instead: EventKey | undefined): Condition {
  return [
    { kind: 'absent' },
    { kind: 'at most', attribute: 'createdAt', value: createdAt - DAY },
    { kind: 'at most', attribute: 'validUntil', value: createdAt },
    ...(instead === undefined ? [] : [{ kind: 'equal', attributes: { key: publicKey(instead) } } as const]),
  ];
}

function hashOf(value: unknown): string {
  const json = JSON.stringify(value, (_, part) =>
    part instanceof Uint8Array ? Buffer.from(part).toString('base64') : part,
  );
  return createHash('sha256').update(json).digest('hex');
}

function partitionOf(list: List): string {
  // A tag may contain any character, also `#`. It comes last, so that the tag of one list never forms the name of
  // another list.
  if ('taggedShard' in list) return `tagged#${list.taggedShard}#${list.tag}`;
  if ('tag' in list) return `tag#${list.tag}`;
  if ('schedule' in list) return `runs#${list.schedule}`;
  return 'shard' in list ? `shard#${list.shard}` : `failed#${list.failedShard}`;
}

function keyFrom(sk: string): EventKey {
  const [offset = '', uuid = ''] = sk.split('#');
  return { dueAt: instantAt(offset), uuid };
}

function progressItem(event: QueuedEvent, progress: Progress): Item {
  const expires_at = epochSeconds(progressExpiresAt(event, progress));
  return { ...progressKey(event.key), format: ITEM_FORMAT, expires_at, ...storedProgress(progress, event.key) };
}

function reminderItem(event: QueuedEvent, { kind, at, ...reminder }: Reminder): Item {
  const { dueAt, uuid } = event.key;
  const key = { pk: `shard#${shardOf(uuid)}`, sk: `${positionOf({ dueAt: at, uuid })}#r` };
  const expires_at = epochSeconds(reminderExpiresAt(event, at));
  const attempt = 'attempt' in reminder ? reminder.attempt : undefined;
  return { ...key, format: ITEM_FORMAT, expires_at, purpose: kind === 'audit' ? AUDIT : kind, attempt, dueAt };
}

/** A cue has the form of a reminder of an event that does not exist, so that the version before passes over it. */
function cueItem({ uuid, at, ...of }: Cue, expiresAt: number): Item {
  const key = { pk: `shard#${shardOf(uuid)}`, sk: `${positionOf({ dueAt: at, uuid })}#r` };
  return { ...key, format: SCHEDULE_FORMAT, expires_at: epochSeconds(expiresAt), purpose: CUE, dueAt: at, ...of };
}

function isCue({ purpose }: Item): boolean {
  return purpose === CUE;
}

function cueFrom({ sk, schedule, life, edition }: Item): Cue {
  const { uuid, dueAt: at } = keyFrom(sk);
  return { uuid, at, schedule: String(schedule), life: String(life), edition: Number(edition) };
}

function entryFrom({ sk, sent, purpose, attempt, dueAt }: Item): Entry {
  const found = keyFrom(sk);
  if (purpose === undefined) return { kind: 'event', key: found, messageSentByPublish: sent === true };
  const at = found.dueAt;
  const key = { ...found, dueAt: Number(dueAt) };
  return purpose === 'attempt' ? { kind: 'attempt', key, attempt: Number(attempt), at } : { kind: 'audit', key, at };
}

function sameVersion(read: { readonly version: number } | undefined): Condition {
  if (read === undefined || read.version === 0) return [{ kind: 'absent' }];
  return [{ kind: 'equal', attributes: { version: read.version } }];
}

/**
 * The condition that the progress is still the one that was read. It compares the status, too, because a success is
 * written unconditionally and can have the same version.
 */
function unchangedSince(read: Progress): Condition {
  if (read.version === 0) return sameVersion(read);
  return [{ kind: 'equal', attributes: { version: read.version, status: storedStatus(read.status) } }];
}

/** The attributes of an item that hold a value of core, in the form in which they are stored. */
function attributesOf<Stored extends object>({ pk, sk, format, expires_at, ...attributes }: Item): Stored {
  return attributes as unknown as Stored;
}

function eventKey(key: EventKey): ItemKey {
  return { pk: `shard#${shardOf(key.uuid)}`, sk: positionOf(key) };
}

function progressKey({ uuid }: Pick<EventKey, 'uuid'>): ItemKey {
  return { pk: `progress#${uuid}`, sk: 'progress' };
}

function epochSeconds(instant: number): number {
  return Math.ceil(instant / SECOND);
}
