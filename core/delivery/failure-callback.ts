import type { QueuedEvent } from '../event/event.ts';
import { type EventKey, publicKey } from '../event/event-key.ts';
import type { Finished } from '../event/progress.ts';
import type { EventRecord } from '../ports.ts';

const SECOND = 1_000;
/** Within some five hours: whoever is to be told of failures may fail as well. */
const TRIES = {
  maxTryCount: 10,
  retry: { backoff: 'exponential', delay: 60 * SECOND, maxDelay: 3_600 * SECOND },
} as const;
/** Where the version of a uuid stands. Random ones have 4 there, so that a derived one is never one of them. */
const VERSION_AT = 14;
const DERIVED = '8';

/** An event whose failure is still to be told. */
export type PendingCallback = {
  readonly event: QueuedEvent & { readonly failureUrl: string };
  readonly progress: Finished;
};

export function isCallbackPending(record: EventRecord): record is PendingCallback {
  const { event, progress } = record;
  return event.failureUrl !== undefined && progress.status !== 'waiting_execution' && progress.callbackOwed === true;
}

/** The key of the event that tells how another one failed. It follows from that one's key, and from the number of the attempt that failed last. */
export function callbackKey(
  { key }: QueuedEvent,
  { finishedAt, attempts }: Pick<Finished, 'finishedAt' | 'attempts'>,
): EventKey {
  const changed = (Number.parseInt(key.uuid.slice(-8), 16) ^ (attempts.at(-1)?.number ?? 0)) >>> 0;
  const end = changed.toString(16).padStart(8, '0');
  const uuid = key.uuid.slice(0, VERSION_AT) + DERIVED + key.uuid.slice(VERSION_AT + 1, -8) + end;
  return { dueAt: finishedAt, uuid };
}

/** The event that tells how another one failed. It is the same whenever it is made, so that keeping it twice keeps one; it has no callback of its own. */
export function failureCallback({ event, progress }: PendingCallback): QueuedEvent {
  const { publishedBy, failureUrl: url, timeout } = event;
  const bytes = new TextEncoder().encode(JSON.stringify(payloadOf(event, progress)));
  return {
    key: callbackKey(event, progress),
    publishedBy,
    createdAt: progress.finishedAt,
    asked: { after: 0 },
    url,
    method: 'POST',
    headers: [],
    body: { kind: 'json', bytes },
    timeout,
    ...TRIES,
    tags: [],
    ...retentionOf(event),
    sent: true,
  };
}

/** An event and the one that tells of its failure are kept by the same rules. */
function retentionOf({ keepResultFor, keepFailedFor, defaultKeepFailedFor }: QueuedEvent) {
  return {
    keepResultFor,
    ...(keepFailedFor !== undefined && { keepFailedFor }),
    ...(defaultKeepFailedFor !== undefined && { defaultKeepFailedFor }),
  };
}

/** As Standard Webhooks has it: type, timestamp, data. */
function payloadOf({ key, url, tags }: QueuedEvent, progress: Finished) {
  const { status, endedBecause, tryCount, finishedAt, attempts, lastAnswer } = progress;
  const last = attempts.at(-1);
  return {
    type: 'event.failed',
    timestamp: isoOf(finishedAt),
    data: {
      key: publicKey(key),
      status,
      ended_because: endedBecause ?? null,
      url_to_send_request: url,
      event_tags: tags,
      try_count: tryCount,
      last_outcome: last?.outcome ?? null,
      last_error: last?.error ?? null,
      request_response_status_code: lastAnswer?.statusCode ?? null,
    },
  };
}

function isoOf(instant: number): string {
  // biome-ignore lint/style/noRestrictedGlobals: writing an instant asks no clock
  return new Date(instant).toISOString();
}
