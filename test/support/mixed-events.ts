import { DAY, HOUR, MINUTE, SECOND } from '../../core/durations.ts';
import { BEGINNING, positionAt } from '../../core/event/entry.ts';
import type { QueuedEvent, WantedEvent } from '../../core/event/event.ts';
import { type EventKey, publicKey } from '../../core/event/event-key.ts';
import { pendingSince } from '../../core/event/lifecycle.ts';
import type { EventRecord, EventStore } from '../../core/ports.ts';
import { answered } from './sample-event.ts';
import { START } from './simulation.ts';

/**
 * Events that are due at once, soon, later and much later; that succeed, fail once or fail always; with near and far
 * retries.
 */
export const wishes: readonly Partial<WantedEvent>[] = [
  { url: 'https://example.com/good' },
  { url: 'https://example.com/good', asked: { after: 90 * SECOND } },
  { url: 'https://example.com/good', asked: { after: 4 * MINUTE } },
  { url: 'https://example.com/flaky', asked: { after: 5 * MINUTE } },
  { url: 'https://example.com/flaky', retry: { backoff: 'fixed', delay: 20 * MINUTE, maxDelay: HOUR } },
  { url: 'https://example.com/bad', maxTryCount: 3 },
  { url: 'https://example.com/bad', maxTryCount: 2, retry: { backoff: 'fixed', delay: 16 * MINUTE, maxDelay: HOUR } },
  {
    url: 'https://example.com/bad',
    maxTryCount: 2,
    failureUrl: 'https://example.com/told/good',
    callbackUrl: 'https://example.com/result/good',
  },
  { url: 'https://example.com/bad', maxTryCount: 1, failureUrl: 'https://example.com/told/flaky' },
  { url: 'https://example.com/gone', failureUrl: 'https://example.com/told/good' },
  {
    url: 'https://example.com/flaky',
    failureUrl: 'https://example.com/told/good',
    callbackUrl: 'https://example.com/result/flaky',
  },
  { url: 'https://example.com/busy' },
  { url: 'https://example.com/asleep' },
  { url: 'https://example.com/closing/bad', maxTryCount: 4 },
  { url: 'https://example.com/closing/flaky' },
];

/** The seconds for which receivers ask that answer the first attempt with `Retry-After`. */
const PAUSES: Readonly<Record<string, number>> = { busy: 600, asleep: 7_200 };
/** The longest pause that a receiver can ask for, in milliseconds. */
const LONGEST_PAUSE = HOUR;

/**
 * The answer of a receiver. Good events succeed; flaky, busy and sleeping ones succeed at their second attempt; bad
 * ones and those that are gone never do.
 */
export function succeedsAt({ url }: Pick<QueuedEvent, 'url'>, attempt: number): boolean {
  return url.endsWith('good') || (/(flaky|busy|asleep)$/.test(url) && attempt > 1);
}

/**
 * How many requests an attempt makes to a receiver that closes each connection after one request. An attempt meets a
 * closed connection whenever it may use an open one.
 */
export function requestsOf({ url }: Pick<QueuedEvent, 'url'>, triesLeft: number): 1 | 2 {
  return url.includes('/closing/') && triesLeft > 1 ? 2 : 1;
}

export function isGone({ url }: Pick<QueuedEvent, 'url'>): boolean {
  return url.endsWith('gone');
}

/** The least time from the end of an answered attempt to the next attempt, in milliseconds. */
export function pauseAfter({ url, retry }: QueuedEvent, attempt: number): number {
  const asked = attempt === 1 ? (PAUSES[nameIn(url)] ?? 0) * SECOND : 0;
  const own = retry.backoff === 'fixed' ? retry.delay : 0.8 * retry.delay;
  return Math.max(own, Math.min(asked, LONGEST_PAUSE));
}

export function mixedAnswer(event: QueuedEvent, attempt: number) {
  if (succeedsAt(event, attempt)) return answered(200);
  if (isGone(event)) return answered(410);
  const pause = PAUSES[nameIn(event.url)];
  return pause === undefined ? answered(500) : answered(503, [['retry-after', String(pause)]]);
}

/** The events that tell of the ends of an event. */
export function callbacksOf({ event }: EventRecord, records: readonly EventRecord[]) {
  return records.flatMap((record) => {
    const { body, url } = record.event;
    if (body === undefined || (url !== event.failureUrl && url !== event.callbackUrl)) return [];
    const { data } = JSON.parse(new TextDecoder().decode(body.bytes));
    if (data.key !== publicKey(event.key)) return [];
    return [{ record, tryCount: Number(data.try_count), tellsOfSuccess: data.status === 'success' }];
  });
}

/** Whether nothing is pending for any of the events. */
export function areSettled(records: readonly EventRecord[]): boolean {
  return records.every(({ progress }) => pendingSince(progress) === undefined);
}

function nameIn(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

/** Every event that a store has, also those for which the publisher was told that the outcome is unknown. */
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
