import type { QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Item } from '../../adapters/table.ts';
import { BEGINNING, positionOf } from '../../core/event/entry.ts';
import { type EventKey, instantAt } from '../../core/event/event-key.ts';

const LAST = 0xffff_ffff_ffff;

type Stream = {
  /** The instant at which the first event is due, in epoch milliseconds. */
  readonly from: number;
  readonly perSecond: number;
  readonly seconds: number;
  readonly shards: number;
};

/**
 * Simulates `perSecond * seconds` events that are due evenly over time and are spread evenly over the shards. No event
 * is kept in memory: the entry of an event is computed when it is read.
 */
export function dueEvents({ from, perSecond, seconds, shards }: Stream) {
  const count = perSecond * seconds;

  function keyOf(index: number): EventKey {
    const shard = (index % shards).toString(16).padStart(2, '0');
    const uuid = `${shard}000000-0000-4000-8000-${(LAST - index).toString(16).padStart(12, '0')}`;
    return { dueAt: dueAt(index), uuid };
  }

  function dueAt(index: number): number {
    return from + Math.floor((index * 1_000) / perSecond);
  }

  /**
   * Returns the index, among all events, of the first event of a shard at a position or after it. The index is not
   * below the number of events if the shard has no such event.
   */
  function firstBehind(shard: number, position: string): number {
    if (position === BEGINNING) return shard;
    const [offset = '', uuid] = position.split('#');
    if (uuid !== undefined) return LAST - Number.parseInt(uuid.slice(-12), 16);
    const near = Math.max(0, Math.floor(((instantAt(offset) - from) * perSecond) / 1_000));
    let index = near - (near % shards) + shard;
    while (dueAt(index) <= instantAt(offset)) index += shards;
    return index;
  }

  return {
    /** Returns the number of events that are due at the instant, in epoch milliseconds, or earlier. */
    dueBy: (instant: number) => Math.min(count, Math.max(0, Math.ceil(((instant - from + 1) * perSecond) / 1_000))),

    /**
     * Returns the answer of DynamoDB to a query for entries of a shard in descending order of their sort keys, which is
     * the ascending order of their instants. The answer has `LastEvaluatedKey` if it has as many entries as the query
     * allows.
     */
    page({ ExpressionAttributeValues: values = {}, Limit = 0 }: QueryCommandInput) {
      const shard = Number(String(values[':pk']).slice('shard#'.length));
      const Items: Item[] = [];
      for (let index = firstBehind(shard, values[':high']); index < count && Items.length < Limit; index += shards) {
        const sk = positionOf(keyOf(index));
        if (sk < values[':low']) break;
        Items.push({ pk: values[':pk'], sk });
      }
      return { Items, ...(Items.length === Limit && { LastEvaluatedKey: Items.at(-1) }) };
    },
  };
}
