import type { NewEvent, Problem } from './api-types.ts';
import type { Connection } from './connection.ts';
import type { EventOrBrief } from './event-or-brief.ts';
import { EventQueueError } from './event-queue-error.ts';
import type { EventToSend } from './event-to-send.ts';
import type { Signal } from './signal.ts';

/** The largest number of events that the API takes at once. */
const MOST_EVENTS = 100;
/**
 * The largest number of bytes that are sent at once, unless a single event has more. The API takes 4 MiB, of which
 * Lambda counts quotation marks twice.
 */
const MOST_BYTES = 2 * 1_024 * 1_024;

/** What became of one of many events. */
export type PublishResult =
  | { readonly accepted: true; readonly event: EventOrBrief; readonly error?: undefined; readonly sent?: undefined }
  | {
      readonly accepted: false;
      readonly event?: undefined;
      /** Why the event was refused, or why it is not known whether it was accepted. */
      readonly error: EventQueueError;
      /**
       * The event as it was sent, with its deduplication id. Publish this one again rather than the original, so that
       * it is called once even if it had been accepted.
       */
      readonly sent: NewEvent;
    };

type Answer = { readonly results: readonly (EventOrBrief | Problem)[] };

/**
 * Publishes events in as few requests as the limits of the API allow, one after the other. The results are in the order
 * of the events. If a request fails as a whole, no further one is sent, and the events that are left have its error.
 */
export async function publishInBatches(
  connection: Pick<Connection, 'repeat' | 'sendOnce'>,
  events: readonly EventToSend[],
  signal: Signal | undefined,
): Promise<PublishResult[]> {
  const results = new Map<EventToSend, PublishResult>();
  for (const batch of batchesOf(events)) {
    const failure = await publishBatch(connection, batch, results, signal);
    // A single event that is too large says nothing about the others.
    if (failure === undefined || failure.status === 413) continue;
    for (const one of events) if (!results.has(one)) results.set(one, refused(one, failure));
    break;
  }
  return events.flatMap((one) => results.get(one) ?? []);
}

/** Adds the results of a batch. Returns the error of a request that failed as a whole. */
async function publishBatch(
  { repeat, sendOnce }: Pick<Connection, 'repeat' | 'sendOnce'>,
  batch: readonly EventToSend[],
  results: Map<EventToSend, PublishResult>,
  signal: Signal | undefined,
): Promise<EventQueueError | undefined> {
  const isRepeatable = batch.every((one) => one.isRepeatable);
  const safeSeconds = Math.min(...batch.map((one) => one.safeSeconds));
  let left = batch;

  /** Sends what is left of the batch. Throws while the queue could not take one of its events. */
  async function sendLeft(): Promise<void> {
    const json = `{"events":[${left.map((one) => one.json).join(',')}]}`;
    const request = { method: 'POST', path: '/events/batch', json, isRepeatable, signal } as const;
    const answer = await sendOnce<Answer>(request);
    left.forEach((one, index) => {
      results.set(one, resultOf(one, answer.results[index]));
    });
    left = left.filter((one) => results.get(one)?.error?.status === 503);
    const error = left[0] && results.get(left[0])?.error;
    if (error !== undefined) throw error;
  }

  try {
    await repeat(sendLeft, { isRepeatable, safeSeconds, signal });
    return undefined;
  } catch (error) {
    if (!(error instanceof EventQueueError)) throw error;
    const unanswered = batch.filter((one) => !results.has(one));
    for (const one of unanswered) results.set(one, refused(one, error));
    return unanswered.length > 0 ? error : undefined;
  }
}

function resultOf(one: EventToSend, answer: EventOrBrief | Problem | undefined): PublishResult {
  if (answer !== undefined && 'key' in answer) return { accepted: true, event: answer };
  const missing = { detail: 'The answer to the batch has no result for this event.' };
  return refused(one, answer ? new EventQueueError('refused', answer) : new EventQueueError('invalid_answer', missing));
}

function refused({ event }: EventToSend, error: EventQueueError): PublishResult {
  return { accepted: false, error, sent: event };
}

/** Keeps events without a deduplication id apart, so that the others can be sent again. */
function batchesOf(events: readonly EventToSend[]): readonly (readonly EventToSend[])[] {
  return [true, false].flatMap((kind) => fullBatches(events.filter(({ isRepeatable }) => isRepeatable === kind)));
}

function fullBatches(events: readonly EventToSend[]): readonly (readonly EventToSend[])[] {
  const batches: EventToSend[][] = [];
  let bytes = 0;
  for (const one of events) {
    const size = new TextEncoder().encode(one.json).length;
    const last = batches.at(-1);
    bytes += size;
    if (last !== undefined && last.length < MOST_EVENTS && bytes <= MOST_BYTES) last.push(one);
    else {
      batches.push([one]);
      bytes = size;
    }
  }
  return batches;
}
