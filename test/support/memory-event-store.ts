import { DAY } from '../../core/durations.ts';
import { canonicalRequest } from '../../core/event/canonical-request.ts';
import { type Entry, type Position, positionAt } from '../../core/event/entry.ts';
import type { QueuedEvent } from '../../core/event/event.ts';
import { type EventKey, offsetOf, publicKey, shardOf } from '../../core/event/event-key.ts';
import { firstProgress } from '../../core/event/lifecycle.ts';
import type { Progress } from '../../core/event/progress.ts';
import type { Cursors, EventStore, List } from '../../core/ports.ts';

const PAGE = 10;

/** An event store in memory, which passes the same contract as `tableEventStore`. */
export function memoryEventStore(): EventStore {
  const events = new Map<string, QueuedEvent>();
  const recorded = new Map<string, Progress>();
  const shards = new Map<number, Map<Position, Entry>>();
  const failed = new Set<string>();
  const reservations = new Map<string, { key: EventKey; createdAt: number; request: string; validUntil: number }>();
  let cursors: Cursors | undefined;

  function isListed(list: List, key: EventKey): boolean {
    if ('failedShard' in list) return failed.has(key.uuid);
    return !('tag' in list) || (events.get(publicKey(key))?.tags.includes(list.tag) ?? false);
  }

  function shard(number: number): Map<Position, Entry> {
    const entries = shards.get(number) ?? new Map<Position, Entry>();
    shards.set(number, entries);
    return entries;
  }

  return {
    async putEvent(event) {
      const { key, messageSentByPublish = false } = event;
      events.set(publicKey(key), event);
      shard(shardOf(key.uuid)).set(`${offsetOf(key.dueAt)}#${key.uuid}`, { kind: 'event', key, messageSentByPublish });
    },
    async findEvent(key) {
      const event = events.get(publicKey(key));
      return event && { event, progress: recorded.get(key.uuid) ?? firstProgress(event) };
    },
    findProgress: async ({ uuid }) => recorded.get(uuid),
    async findKey(uuid) {
      return recorded.has(uuid) ? [...events.values()].find(({ key }) => key.uuid === uuid)?.key : undefined;
    },
    async recordSuccess({ key }, progress) {
      recorded.set(key.uuid, progress);
    },
    async recordUnlessChanged({ key }, read, progress) {
      const current = recorded.get(key.uuid);
      const unchanged = read.version === 0 ? current === undefined : current?.version === read.version;
      if (!unchanged || current?.status !== (read.version === 0 ? undefined : read.status)) return false;
      recorded.set(key.uuid, progress);
      return true;
    },
    async putReminder(_event, reminder) {
      shard(shardOf(reminder.key.uuid)).set(`${offsetOf(reminder.at)}#${reminder.key.uuid}#r`, reminder);
    },
    async entries(number, after, until) {
      const to = positionAt(until);
      const ahead = [...shard(number)].filter(([position]) => position < after && position >= to);
      const page = ahead.sort(([one], [other]) => (one < other ? 1 : -1)).slice(0, PAGE);
      const reached = page.length < ahead.length ? page.at(-1)?.[0] : undefined;
      return { entries: page.map(([, entry]) => entry), reached: reached ?? to };
    },
    async list(list, after, to, limit, earliestFirst = false) {
      if (!('shard' in list || 'failedShard' in list || 'taggedShard' in list)) return [];
      const number = 'shard' in list ? list.shard : 'failedShard' in list ? list.failedShard : list.taggedShard;
      const [low, high] = earliestFirst ? [to, after] : [after, to];
      const latestFirst = [...shard(number)]
        .filter(([position]) => low <= position && position <= high && position !== after)
        .filter(([, { kind, key }]) => kind === 'event' && isListed(list, key))
        .sort(([one], [other]) => (one < other ? -1 : 1));
      return (earliestFirst ? latestFirst.reverse() : latestFirst).slice(0, limit).map(([, { key }]) => key);
    },
    async putFailedEntry({ key }) {
      failed.add(key.uuid);
    },
    async reserve(event, instead) {
      const { key, createdAt, publishedBy, deduplicationId, deduplicationWindow = DAY } = event;
      const id = `${publishedBy} ${deduplicationId}`;
      const request = JSON.stringify(canonicalRequest(event));
      const held = reservations.get(id);
      if (held === undefined || held.validUntil <= createdAt || held.key.uuid === instead?.uuid) {
        reservations.set(id, { key, createdAt, request, validUntil: createdAt + deduplicationWindow });
        return { heldBy: 'this request' };
      }
      if (held.request !== request) return { heldBy: 'another request' };
      return { heldBy: 'the same request', key: held.key, createdAt: held.createdAt };
    },
    async extendExpiry() {},
    async findCursors() {
      return cursors;
    },
    async saveCursors(read, next) {
      if ((cursors?.version ?? 0) !== (read?.version ?? 0)) return false;
      cursors = next;
      return true;
    },
  };
}
