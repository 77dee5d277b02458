import { DAY, HOUR, MINUTE, SECOND } from '../../core/durations.ts';
import type { QueuedEvent, WantedEvent } from '../../core/event/event.ts';
import type { CallResult } from '../../core/event/progress.ts';
import type { EventRecord, SigningSecret } from '../../core/ports.ts';
import type { Queue } from '../../core/queue.ts';

/** The event that a publisher asks for who sends nothing but a URL. */
export function wantedEvent(wishes: Partial<WantedEvent> = {}): WantedEvent {
  return {
    asked: { after: 0 },
    url: 'https://example.com/',
    method: 'GET',
    headers: [],
    body: undefined,
    timeout: 5 * SECOND,
    maxTryCount: 3,
    retry: { backoff: 'fixed', delay: MINUTE, maxDelay: HOUR },
    tags: [],
    keepResultFor: DAY,
    ...wishes,
  };
}

export function queuedEvent(dueAt: number, wishes: Partial<QueuedEvent> = {}): QueuedEvent {
  return {
    ...wantedEvent(),
    key: { dueAt, uuid: '00000000-0000-4000-8000-000000000000' },
    publishedBy: 'web',
    createdAt: dueAt,
    ...wishes,
  };
}

/** The secret of the published test vector of Standard Webhooks. */
export const secrets: readonly SigningSecret[] = [{ secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }];

export function answered(
  statusCode: number,
  headers: readonly (readonly [string, string])[] = [],
  body = '',
): CallResult {
  const answer = { statusCode, headers, body: new TextEncoder().encode(body), truncated: false };
  return { outcome: 'answered', answer };
}

/**
 * The same queue, except that publishing answers the record, because no test here uses a deduplication id for two
 * different requests.
 */
export function answeringRecords(queue: Queue) {
  return {
    ...queue,
    async publish(...args: Parameters<Queue['publish']>): Promise<EventRecord> {
      const published = await queue.publish(...args);
      if (published === 'another request') throw new Error('It was taken for a repetition of another request.');
      return published.record;
    },
  };
}
