import { DAY } from '../../core/durations.ts';
import { canonicalRequest } from '../../core/event/canonical-request.ts';
import { type Cue, type Entry, type Position, positionAt } from '../../core/event/entry.ts';
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
  const shards = new Map<number, Map<Position, Entry | Cue>>();
  const failed = new Set<string>();
  const reservations = new Map<string, { key: EventKey; createdAt: number; request: string; validUntil: number }>();
  let cursors: Cursors | undefined;

  function isListed(list: List, key: EventKey): boolean {
    if ('failedShard' in list) return failed.has(key.uuid);
    if ('schedule' in list) return events.get(publicKey(key))?.schedule === list.schedule;
    return !('tag' in list) || (events.get(publicKey(key))?.tags.includes(list.tag) ?? false);
  }

  function shardsOf(list: List): readonly number[] {
    if ('schedule' in list) return [...shards.keys()];
    if ('shard' in list) return [list.shard];
    if ('failedShard' in list) return [list.failedShard];
    return 'taggedShard' in list ? [list.taggedShard] : [];
  }

  function shard(number: number): Map<Position, Entry | Cue> {
    const entries = shards.get(number) ?? new Map<Position, Entry | Cue>();
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
    async putCue(cue) {
      shard(shardOf(cue.uuid)).set(`${offsetOf(cue.at)}#${cue.uuid}#r`, cue);
    },
    async entries(number, after, until) {
      const to = positionAt(until);
      const ahead = [...shard(number)].filter(([position]) => position < after && position >= to);
      const page = ahead.sort(([one], [other]) => (one < other ? 1 : -1)).slice(0, PAGE);
      const reached = page.length < ahead.length ? page.at(-1)?.[0] : undefined;
      const found = page.map(([, one]) => one);
      const entries = found.filter((one): one is Entry => 'kind' in one);
      return { entries, cues: found.filter((one): one is Cue => !('kind' in one)), reached: reached ?? to };
    },
    async list(list, after, to, limit, earliestFirst = false) {
      const [low, high] = earliestFirst ? [to, after] : [after, to];
      const latestFirst = shardsOf(list)
        .flatMap((number) => [...shard(number)])
        .filter(([position]) => low <= position && position <= high && position !== after)
        .flatMap(([position, one]) => ('kind' in one && one.kind === 'event' ? [{ position, key: one.key }] : []))
        .filter(({ key }) => isListed(list, key))
        .sort((one, other) => (one.position < other.position ? -1 : 1));
      return (earliestFirst ? latestFirst.reverse() : latestFirst).slice(0, limit).map(({ key }) => key);
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
