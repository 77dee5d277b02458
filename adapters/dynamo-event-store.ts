import type { QueuedEvent } from '../core/event.ts';
import { type EventKey, offsetOf, shardOf } from '../core/event-key.ts';
import { expiresAt, firstProgress, progressExpiresAt } from '../core/lifecycle.ts';
import type { EventStore } from '../core/ports.ts';
import type { Progress } from '../core/progress.ts';
import type { Condition, DynamoTable, Item, ItemKey } from './dynamo-table.ts';

/** Stands in every item, so that a later version can tell what it reads. Raise it with any change of an attribute. */
const FORMAT = 1;

/** An event costs its size in write units once; its progress is an item of its own, so that recording it costs one more. */
export function dynamoEventStore(table: DynamoTable): EventStore {
  return {
    async keepEvent(event) {
      await Promise.all([eventItem(event), ...tagEntries(event)].map(table.put));
    },

    async findEvent(key) {
      const [kept, recorded] = await Promise.all([table.get(eventKey(key)), table.get(progressKey(key))]);
      if (kept === undefined) return undefined;
      const event = { ...attributesOf(kept), key } as QueuedEvent;
      return { event, progress: recorded ? (attributesOf(recorded) as Progress) : firstProgress(event) };
    },

    recordSuccess: (event, progress) => table.put(progressItem(event, progress)),

    recordUnlessChanged: (event, read, progress) => table.putIf(progressItem(event, progress), unchangedSince(read)),
  };
}

function eventItem({ key, ...attributes }: QueuedEvent): Item {
  const expires_at = epochSeconds(expiresAt({ key, ...attributes }));
  return { ...eventKey(key), format: FORMAT, expires_at, ...attributes };
}

function tagEntries(event: QueuedEvent): readonly Item[] {
  const expires_at = epochSeconds(expiresAt(event));
  return event.tags.map((tag) => ({ pk: `tag#${tag}`, sk: sortKey(event.key), format: FORMAT, expires_at }));
}

function progressItem(event: QueuedEvent, progress: Progress): Item {
  const expires_at = epochSeconds(progressExpiresAt(event, progress));
  return { ...progressKey(event.key), format: FORMAT, expires_at, ...progress };
}

/** A success ends a version without asking for it, so the version alone does not tell. */
function unchangedSince(read: Progress): Condition {
  if (read.version === 0) return { expression: 'attribute_not_exists(pk)' };
  return {
    expression: 'version = :version AND #status = :status',
    names: { '#status': 'status' },
    values: { ':version': read.version, ':status': read.status },
  };
}

function attributesOf({ pk, sk, format, expires_at, ...attributes }: Item): object {
  return attributes;
}

function eventKey(key: EventKey): ItemKey {
  return { pk: `shard#${shardOf(key.uuid)}`, sk: sortKey(key) };
}

function progressKey({ uuid }: EventKey): ItemKey {
  return { pk: `progress#${uuid}`, sk: 'progress' };
}

function sortKey({ dueAt, uuid }: EventKey): string {
  return `${offsetOf(dueAt)}#${uuid}`;
}

function epochSeconds(instant: number): number {
  return Math.ceil(instant / 1_000);
}
