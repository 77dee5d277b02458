import { BEGINNING, positionAt } from '../../core/entry.ts';
import type { QueuedEvent } from '../../core/event.ts';
import type { EventKey } from '../../core/event-key.ts';
import type { WantedEvent } from '../../core/new-event.ts';
import type { EventRecord, EventStore } from '../../core/ports.ts';
import { answered } from '../sample-event.ts';
import { SECOND, START } from './simulation.ts';

const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** At once and soon, later, much later; that succeed, that fail once, that fail always; with near and far retries. */
export const wishes: readonly Partial<WantedEvent>[] = [
  { url: 'https://example.com/good' },
  { url: 'https://example.com/good', asked: { after: 90 * SECOND } },
  { url: 'https://example.com/good', asked: { after: 4 * MINUTE } },
  { url: 'https://example.com/flaky', asked: { after: 5 * MINUTE } },
  { url: 'https://example.com/flaky', retry: { backoff: 'fixed', delay: 20 * MINUTE, maxDelay: HOUR } },
  { url: 'https://example.com/bad', maxTryCount: 3 },
  { url: 'https://example.com/bad', maxTryCount: 2, retry: { backoff: 'fixed', delay: 16 * MINUTE, maxDelay: HOUR } },
];

/** Good events succeed, flaky ones at their second attempt, bad ones never. */
export function succeedsAt({ url }: Pick<QueuedEvent, 'url'>, attempt: number): boolean {
  return url.endsWith('good') || (url.endsWith('flaky') && attempt > 1);
}

export function mixedAnswer(event: QueuedEvent, attempt: number) {
  return answered(succeedsAt(event, attempt) ? 200 : 500);
}

/** Every event that a store has, also those whose publishers were told that it is unknown. */
export async function everyEvent(store: EventStore, shards: number): Promise<readonly EventRecord[]> {
  const keys: EventKey[] = [];
  for (let shard = 0; shard < shards; shard++) {
    for (let position = BEGINNING; position > positionAt(START + DAY); ) {
      const { entries, reached } = await store.entries(shard, position, START + DAY);
      keys.push(...entries.filter(({ kind }) => kind === 'event').map(({ key }) => key));
      position = reached;
    }
  }
  const records = await Promise.all(keys.map(store.findEvent));
  return records.filter((record) => record !== undefined);
}
