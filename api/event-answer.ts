import * as z from 'zod';
import { DAY, SECOND } from '../core/durations.ts';
import { answerFields } from '../core/event/answer-fields.ts';
import { attemptFields, isoOf as iso } from '../core/event/attempt-fields.ts';
import { type CallbackField, callbackKey, callbacksOfEnd } from '../core/event/callback-key.ts';
import type { EventBody } from '../core/event/event.ts';
import { publicKey } from '../core/event/event-key.ts';
import { failureReadableFor } from '../core/event/lifecycle.ts';
import type { Finished } from '../core/event/progress.ts';
import type { EventRecord } from '../core/ports.ts';
import { eventStatus, statusSchema } from './event-status.ts';
import { namedObject } from './named-object.ts';
import { JsonText } from './wire/json-text.ts';

const outcomes = ['answered', 'timed_out', 'unreachable', 'invalid_answer', 'blocked', 'crashed'] as const;

/** The outcomes of an attempt. They have one named schema, so that generated code has one type for them. */
export const outcomeSchema = z.enum(outcomes).meta({ id: 'AttemptOutcome' });

const instant = z.iso.datetime();
const headers = z.record(z.string(), z.string());

const attemptSchema = namedObject('Attempt', {
  number: z.int().meta({
    description:
      'Counted from 1. A number is never used twice, so one can be missing after an event was cancelled and retried.',
  }),
  started_at_utc: instant.meta({ description: 'When the attempt started.' }),
  late_ms: z.int().meta({ description: 'Milliseconds from the planned start of the attempt to its real start.' }),
  duration_ms: z.int().meta({ description: 'Milliseconds that the attempt took.' }),
  outcome: outcomeSchema.meta({ description: 'How the attempt ended.' }),
  status_code: z.int().nullable().meta({ description: 'The status code of the answer. Null if there was none.' }),
  error: z.string().nullable().meta({ description: 'Why there was no answer.' }),
  answer_excerpt: namedObject('AnswerExcerpt', {
    text: z
      .string()
      .nullable()
      .meta({ description: 'The beginning of the body, up to 512 bytes. Null if it is binary.' }),
    binary: z.boolean().meta({ description: 'Whether the body is not UTF-8.' }),
    truncated: z.boolean().meta({ description: 'Whether the body was longer.' }),
  })
    .optional()
    .meta({
      description:
        'What the attempt was answered. Present in the last three attempts that failed with an answer, or in fewer beside a long history of errors.',
    }),
  requests: z.literal(2).optional().meta({
    description:
      'Present if the request was sent twice, because the first connection was closed at once. The attempt then used two of the tries.',
  }),
});

/** An event as the API answers it: what was published, and what has happened to it so far. */
export const eventSchema = namedObject('Event', {
  key: z.string().meta({ description: 'The key by which the event is read, cancelled and retried.' }),
  status: statusSchema.meta({ description: 'What has become of the event so far.' }),
  url_to_send_request: z.string().meta({ description: 'The URL to call.' }),
  call_url_after: z
    .number()
    .nullable()
    .meta({ description: 'The delay that was asked for, in seconds. Null if call_url_at was given.' }),
  call_url_at: instant.nullable().meta({ description: 'The instant that was asked for. Null if there was none.' }),
  method: z
    .enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])
    .meta({ description: 'The HTTP method of the call.' }),
  headers: headers.meta({ description: 'The headers that the publisher gave.' }),
  body: z
    .unknown()
    .meta({ description: 'The body as it was published: a string or any other JSON value. Null if there is none.' }),
  body_base64: z
    .base64()
    .nullable()
    .meta({ description: 'The body in base64, if it was published as bytes. Null otherwise.' }),
  timeout_for_request: z.number().meta({ description: 'Seconds within which the whole answer must arrive.' }),
  max_try_count: z.int().meta({
    description:
      'The largest number of tries: the number that was asked for and, after a retry of the finished event, the attempts before that retry.',
  }),
  tried_before: z.int().meta({
    description:
      'How many attempts had ended when the finished event was last retried; 0 if it never was. max_try_count minus this number is what was asked for.',
  }),
  retry_delay: z.number().nullable().meta({
    description: 'Seconds from the end of a failed attempt to the next. Null if the event has retry_delays.',
  }),
  retry_delays: z.array(z.number()).nullable().meta({
    description: 'Seconds from the end of each failed attempt to the next, in order. Null if the event has none.',
  }),
  retry_backoff: z.enum(['fixed', 'exponential']).meta({ description: 'Whether the delay stays the same or doubles.' }),
  retry_max_delay: z.number().meta({ description: 'The largest exponential delay, in seconds.' }),
  failure_url: z
    .string()
    .nullable()
    .meta({ description: 'The URL to call if the event fails for good. Null if there is none.' }),
  callback_url: z
    .string()
    .nullable()
    .meta({ description: 'The URL to call with the result when the event has ended. Null if there is none.' }),
  event_tags: z.array(z.string()).meta({ description: 'The labels by which the event is found.' }),
  deduplication_id: z
    .string()
    .nullable()
    .meta({ description: 'The deduplication id that the publisher gave. Null if there is none.' }),
  deduplication_window: z.number().nullable().meta({
    description: 'Seconds for which the deduplication id is known. Null if the event has no deduplication_id.',
  }),
  keep_result_for: z.number().meta({ description: 'Seconds for which the event stays readable after it finished.' }),
  keep_failed_for: z
    .number()
    .meta({ description: 'Seconds for which the event stays readable after it failed for good.' }),
  created_at_utc: instant.meta({ description: 'When the event was accepted.' }),
  timestamp_for_execution_to_start: z
    .number()
    .meta({ description: 'When the first attempt was due, in epoch seconds.' }),
  try_count: z.int().meta({ description: 'How many attempts have ended.' }),
  next_attempt_at_utc: instant
    .nullable()
    .meta({ description: 'When the next attempt is due. Null if the event has finished.' }),
  finished_at_utc: instant.nullable().meta({ description: 'When the event finished. Null if it waits.' }),
  expires_at_utc: instant.nullable().meta({ description: 'The time until which a finished event can be read.' }),
  ended_because: z.enum(['blocked', 'stopped_by_receiver', 'overlapped']).nullable().meta({
    description:
      'Why the event ended before its last try. A run of a schedule that is overlapped was not called, because an earlier run had not finished. Null otherwise.',
  }),
  overlaps_with_key: z
    .string()
    .nullable()
    .meta({ description: 'The key of the run that had not finished, if ended_because is overlapped.' }),
  schedule_id: z.string().nullable().meta({ description: 'The id of the schedule of which the event is a run.' }),
  failure_callback_key: z
    .string()
    .nullable()
    .meta({ description: 'The key of the event that calls failure_url, after this event has failed.' }),
  callback_key: z
    .string()
    .nullable()
    .meta({ description: 'The key of the event that calls callback_url, after this event has ended.' }),
  request_response_status_code: z
    .int()
    .nullable()
    .meta({ description: 'The status code of the latest answer. The next four fields are of the same answer.' }),
  request_response_headers: headers.nullable().meta({
    description:
      'The names are in lower case. The values of a repeated header are joined with ", ", those of set-cookie with a line feed.',
  }),
  request_response_body: z
    .string()
    .nullable()
    .meta({ description: 'The body as text. Null if it is not UTF-8, or if there was no answer.' }),
  request_response_body_base64: z
    .base64()
    .nullable()
    .meta({ description: 'The body in base64 if it is not UTF-8. Then request_response_body is null.' }),
  request_response_truncated: z
    .boolean()
    .nullable()
    .meta({ description: 'Whether the body was too long, and only its beginning was kept.' }),
  attempts: z.array(attemptSchema).meta({ description: 'The first ten and the last ten attempts.' }),
});

export type EventAnswer = z.infer<typeof eventSchema>;

export function eventAnswer({ event, progress }: EventRecord): EventAnswer {
  const waiting = progress.status === 'waiting_execution' ? progress : undefined;
  const finished = progress.status === 'waiting_execution' ? undefined : progress;
  return {
    key: publicKey(event.key),
    status: eventStatus(progress.status),
    url_to_send_request: event.url,
    call_url_after: 'after' in event.asked ? seconds(event.asked.after) : null,
    call_url_at: 'at' in event.asked ? iso(event.asked.at) : null,
    method: event.method,
    headers: Object.fromEntries(event.headers),
    ...sentBody(event.body),
    timeout_for_request: seconds(event.timeout),
    max_try_count: event.maxTryCount + (progress.triedBefore ?? 0),
    tried_before: progress.triedBefore ?? 0,
    retry_delay: event.retry.delays === undefined ? seconds(event.retry.delay) : null,
    retry_delays: event.retry.delays?.map(seconds) ?? null,
    retry_backoff: event.retry.backoff,
    retry_max_delay: seconds(event.retry.maxDelay),
    failure_url: event.failureUrl ?? null,
    callback_url: event.callbackUrl ?? null,
    event_tags: [...event.tags],
    deduplication_id: event.deduplicationId ?? null,
    deduplication_window: event.deduplicationId === undefined ? null : seconds(event.deduplicationWindow ?? DAY),
    keep_result_for: seconds(event.keepResultFor),
    keep_failed_for: seconds(failureReadableFor(event)),
    created_at_utc: iso(event.createdAt),
    timestamp_for_execution_to_start: seconds(event.key.dueAt),
    try_count: progress.tryCount,
    next_attempt_at_utc: isoOrNull(waiting?.nextAttemptAt),
    ...endFields(finished),
    schedule_id: event.schedule ?? null,
    failure_callback_key: callbackKeyOf({ event, progress }, 'failureUrl'),
    callback_key: callbackKeyOf({ event, progress }, 'callbackUrl'),
    ...answerFields(progress.lastAnswer),
    attempts: progress.attempts.map(attemptFields),
  };
}

function endFields(finished: Finished | undefined) {
  return {
    finished_at_utc: isoOrNull(finished?.finishedAt),
    expires_at_utc: isoOrNull(finished?.readableUntil),
    ended_because: finished?.endedBecause ?? null,
    overlaps_with_key: finished?.overlapsWith === undefined ? null : publicKey(finished.overlapsWith),
  };
}

function callbackKeyOf({ event, progress }: EventRecord, field: CallbackField): string | null {
  if (progress.status === 'waiting_execution') return null;
  return callbacksOfEnd(event, progress).includes(field) ? publicKey(callbackKey(event, progress, field)) : null;
}

function sentBody(body: EventBody | undefined): Pick<EventAnswer, 'body' | 'body_base64'> {
  if (body === undefined) return { body: null, body_base64: null };
  if (body.kind === 'bytes') return { body: null, body_base64: base64(body.bytes) };
  const text = Buffer.from(body.bytes).toString();
  return { body: body.kind === 'json' ? jsonTextOf(text) : text, body_base64: null };
}

/**
 * Throws if the text is not JSON. Otherwise a body that was damaged in the table would make the whole answer invalid
 * JSON.
 */
function jsonTextOf(text: string): JsonText {
  JSON.parse(text);
  return new JsonText(text);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function seconds(milliseconds: number): number {
  return milliseconds / SECOND;
}

function isoOrNull(instant: number | undefined): string | null {
  return instant === undefined ? null : iso(instant);
}
