import { HOUR, MINUTE } from '../durations.ts';
import { type CallbackField, callbackKey, callbacksOfEnd } from '../event/callback-key.ts';
import type { QueuedEvent } from '../event/event.ts';
import type { Finished } from '../event/progress.ts';
import type { EventRecord } from '../ports.ts';
import { callbackPayload } from './callback-payload.ts';

/** The tries of a callback, which span about five hours, because the receiver of callbacks may be down as well. */
const TRIES = {
  maxTryCount: 10,
  retry: { backoff: 'exponential', delay: MINUTE, maxDelay: HOUR },
} as const;

/** An event that has ended, and whose callbacks are pending. */
export type PendingCallbacks = { readonly event: QueuedEvent; readonly progress: Finished };

export function areCallbacksPending(record: EventRecord): record is PendingCallbacks {
  const { event, progress } = record;
  if (progress.status === 'waiting_execution' || !progress.callbackPending) return false;
  return callbacksOfEnd(event, progress).length > 0;
}

/**
 * Makes the events that tell of the end of an event: one for each of its URLs that is told of such an end. For one end,
 * the same events are made whenever this is called, so putting them twice stores them once. The ends of these events
 * are told to nobody.
 */
export function callbackEvents({ event, progress }: PendingCallbacks): readonly QueuedEvent[] {
  return callbacksOfEnd(event, progress).map((field) => callbackEvent(event, progress, field));
}

function callbackEvent(event: QueuedEvent, progress: Finished, field: CallbackField): QueuedEvent {
  const { publishedBy, timeout, [field]: url = '' } = event;
  const bytes = new TextEncoder().encode(JSON.stringify(callbackPayload(event, progress, field)));
  return {
    key: callbackKey(event, progress, field),
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
