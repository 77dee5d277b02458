import { HOUR, MINUTE } from '../durations.ts';
import type { QueuedEvent } from '../event/event.ts';
import { type EventKey, publicKey } from '../event/event-key.ts';
import type { Finished } from '../event/progress.ts';
import type { EventRecord } from '../ports.ts';

/** The tries of a callback, which span about five hours, because the receiver of callbacks may be down as well. */
const TRIES = {
  maxTryCount: 10,
  retry: { backoff: 'exponential', delay: MINUTE, maxDelay: HOUR },
} as const;
/** The status of an event that failed, with its name in the API. */
const STATUS = 'max_try_count_reached';
/** The index of the version digit in a uuid. */
const VERSION_AT = 14;
/**
 * The version digit of a callback's uuid. Random uuids have 4 there, so a callback never has the uuid of another event.
 */
const DERIVED = '8';

/** An event whose failure callback is pending. */
export type PendingCallback = {
  readonly event: QueuedEvent & { readonly failureUrl: string };
  readonly progress: Finished;
};

export function isCallbackPending(record: EventRecord): record is PendingCallback {
  const { event, progress } = record;
  return event.failureUrl !== undefined && progress.status !== 'waiting_execution' && progress.callbackPending === true;
}

/**
 * The key of the callback that reports the failure of an event. The key is derived from the recorded failure alone: the
 * event's key, the number of its last attempt, and its end. So every process computes the same key for one failure.
 */
export function callbackKey(
  { key }: QueuedEvent,
  { finishedAt, attempts }: Pick<Finished, 'finishedAt' | 'attempts'>,
): EventKey {
  const changed = (Number.parseInt(key.uuid.slice(-8), 16) ^ (attempts.at(-1)?.number ?? 0)) >>> 0;
  const end = changed.toString(16).padStart(8, '0');
  const uuid = key.uuid.slice(0, VERSION_AT) + DERIVED + key.uuid.slice(VERSION_AT + 1, -8) + end;
  return { dueAt: finishedAt, uuid };
}

/**
 * Makes the event that calls the `failure_url` of an event that has failed. For one failure, the same event is made
 * whenever this is called, so putting the event twice stores it once. The failure of this event calls no URL.
 */
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
    messageSentByPublish: true,
  };
}

/** The fields that make a callback stay readable for as long as its event. */
function retentionOf({ keepResultFor, keepFailedFor, defaultKeepFailedFor }: QueuedEvent) {
  return {
    keepResultFor,
    ...(keepFailedFor !== undefined && { keepFailedFor }),
    ...(defaultKeepFailedFor !== undefined && { defaultKeepFailedFor }),
  };
}

/** The body of a callback: type, timestamp and data, as Standard Webhooks recommends. */
function payloadOf({ key, url, tags }: QueuedEvent, progress: Finished) {
  const { endedBecause, tryCount, finishedAt, attempts, lastAnswer } = progress;
  const last = attempts.at(-1);
  return {
    type: 'event.failed',
    timestamp: isoOf(finishedAt),
    data: {
      key: publicKey(key),
      status: STATUS,
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
