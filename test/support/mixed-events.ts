import { BEGINNING, positionAt } from '../../core/event/entry.ts';
import type { QueuedEvent, WantedEvent } from '../../core/event/event.ts';
import { type EventKey, publicKey } from '../../core/event/event-key.ts';
import { pendingSince } from '../../core/event/lifecycle.ts';
import type { EventRecord, EventStore } from '../../core/ports.ts';
import { answered } from './sample-event.ts';
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
  { url: 'https://example.com/bad', maxTryCount: 2, failureUrl: 'https://example.com/told/good' },
  { url: 'https://example.com/bad', maxTryCount: 1, failureUrl: 'https://example.com/told/flaky' },
  { url: 'https://example.com/gone', failureUrl: 'https://example.com/told/good' },
  { url: 'https://example.com/flaky', failureUrl: 'https://example.com/told/good' },
  { url: 'https://example.com/busy' },
  { url: 'https://example.com/asleep' },
  { url: 'https://example.com/closing/bad', maxTryCount: 4 },
  { url: 'https://example.com/closing/flaky' },
];

/** What they ask for, in seconds, who answer their first attempt with `Retry-After`. */
const PAUSES: Readonly<Record<string, number>> = { busy: 600, asleep: 7_200 };
/** Nobody is waited for any longer. */
const LONGEST_PAUSE = HOUR;

/** Good events succeed, flaky, busy and sleeping ones at their second attempt, bad ones and those that are gone never. */
export function succeedsAt({ url }: Pick<QueuedEvent, 'url'>, attempt: number): boolean {
  return url.endsWith('good') || (/(flaky|busy|asleep)$/.test(url) && attempt > 1);
}

/** How many requests an attempt makes to a receiver that closes connections after their first one: it meets a closed one where it can. */
export function requestsOf({ url }: Pick<QueuedEvent, 'url'>, triesLeft: number): 1 | 2 {
  return url.includes('/closing/') && triesLeft > 1 ? 2 : 1;
}

export function isGone({ url }: Pick<QueuedEvent, 'url'>): boolean {
  return url.endsWith('gone');
}

/** Milliseconds from the end of an attempt, if it was answered, to the next, at least. */
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

/** Those that tell of an event. */
export function callbacksOf({ event }: EventRecord, records: readonly EventRecord[]) {
  return records.flatMap((record) => {
    const { body, url } = record.event;
    if (body === undefined || url !== event.failureUrl) return [];
    const { data } = JSON.parse(new TextDecoder().decode(body.bytes));
    return data.key === publicKey(event.key) ? [{ record, tryCount: Number(data.try_count) }] : [];
  });
}

/** Whether nothing more is owed for any of them. */
export function areSettled(records: readonly EventRecord[]): boolean {
  return records.every(({ progress }) => pendingSince(progress) === undefined);
}

function nameIn(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
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
