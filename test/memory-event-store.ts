import { type Entry, type Position, positionAt } from '../core/entry.ts';
import type { QueuedEvent } from '../core/event.ts';
import { offsetOf, publicKey, shardOf } from '../core/event-key.ts';
import type { Hands } from '../core/hands.ts';
import { firstProgress } from '../core/lifecycle.ts';
import type { EventStore } from '../core/ports.ts';
import type { Progress } from '../core/progress.ts';

const PAGE = 10;

/** Passes the same contract as the store on DynamoDB. */
export function memoryEventStore(): EventStore {
  const events = new Map<string, QueuedEvent>();
  const recorded = new Map<string, Progress>();
  const shards = new Map<number, Map<Position, Entry>>();
  let hands: Hands | undefined;

  function shard(number: number): Map<Position, Entry> {
    const entries = shards.get(number) ?? new Map<Position, Entry>();
    shards.set(number, entries);
    return entries;
  }

  return {
    async keepEvent(event) {
      const { key, sent = false } = event;
      events.set(publicKey(key), event);
      shard(shardOf(key.uuid)).set(`${offsetOf(key.dueAt)}#${key.uuid}`, { kind: 'event', key, sent });
    },
    async findEvent(key) {
      const event = events.get(publicKey(key));
      return event && { event, progress: recorded.get(key.uuid) ?? firstProgress(event) };
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
    async keepReminder(_event, reminder) {
      shard(shardOf(reminder.key.uuid)).set(`${offsetOf(reminder.at)}#${reminder.key.uuid}#r`, reminder);
    },
    async entries(number, after, until) {
      const to = positionAt(until);
      const ahead = [...shard(number)].filter(([position]) => position < after && position >= to);
      const page = ahead.sort(([one], [other]) => (one < other ? 1 : -1)).slice(0, PAGE);
      const reached = page.length < ahead.length ? page.at(-1)?.[0] : undefined;
      return { entries: page.map(([, entry]) => entry), reached: reached ?? to };
    },
    async keepUntil() {},
    async findHands() {
      return hands;
    },
    async keepHands(read, next) {
      if ((hands?.version ?? 0) !== (read?.version ?? 0)) return false;
      hands = next;
      return true;
    },
  };
}
