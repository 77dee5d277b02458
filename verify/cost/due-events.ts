import type { QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Item } from '../../adapters/table.ts';
import { BEGINNING, positionOf } from '../../core/event/entry.ts';
import { type EventKey, instantAt } from '../../core/event/event-key.ts';

const LAST = 0xffff_ffff_ffff;

type Stream = {
  /** The instant of the first event, in epoch milliseconds. */
  readonly from: number;
  readonly perSecond: number;
  readonly seconds: number;
  readonly shards: number;
};

/**
 * Makes a stream of events that are spread evenly over time and shards. It takes no memory for each event, because an
 * entry is made when it is read.
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

  /** Returns the index of the first event of a shard at a position or behind it. */
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
    /** Returns the number of events that are due at an instant or before it. */
    dueBy: (instant: number) => Math.min(count, Math.max(0, Math.ceil(((instant - from + 1) * perSecond) / 1_000))),

    /** Returns what DynamoDB answers to a query in descending order of keys, which is ascending order of instants. */
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
