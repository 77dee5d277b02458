import * as z from 'zod';
import { callbackKey } from '../core/delivery/failure-callback.ts';
import type { EventBody } from '../core/event/event.ts';
import { publicKey } from '../core/event/event-key.ts';
import { failureKeptFor } from '../core/event/lifecycle.ts';
import { type Answer, type Attempt, MAX_ANSWER_BODY_BYTES } from '../core/event/progress.ts';
import type { EventRecord } from '../core/ports.ts';
import { namedObject } from './named-object.ts';
import { JsonText } from './wire/json-text.ts';

const statuses = ['waiting_execution', 'success', 'max_try_count_reached', 'cancelled'] as const;
const outcomes = ['answered', 'timed_out', 'unreachable', 'invalid_answer', 'blocked', 'crashed'] as const;

/** The statuses by name: one schema, so that what is generated from the API's description has one type for them. */
export const statusSchema = z.enum(statuses).meta({ id: 'EventStatus' });

/** The outcomes of an attempt by name: one schema, for the same reason. */
export const outcomeSchema = z.enum(outcomes).meta({ id: 'AttemptOutcome' });

const instant = z.iso.datetime();
const headers = z.record(z.string(), z.string());

const attemptSchema = namedObject('Attempt', {
  number: z.int().meta({ description: 'Counted from 1. One that was cancelled keeps its number.' }),
  started_at_utc: instant,
  late_ms: z.int().meta({ description: 'How long after its instant it started.' }),
  duration_ms: z.int(),
  outcome: outcomeSchema,
  status_code: z.int().nullable(),
  error: z.string().nullable().meta({ description: 'Why there was no answer.' }),
  requests: z.literal(2).optional().meta({
    description:
      'There if the request went out a second time, because its connection was closed at once: the attempt used two of the tries.',
  }),
});

/** An event as it is answered: what was sent, and what has happened to it so far. */
export const eventSchema = namedObject('Event', {
  key: z.string().meta({ description: "The event's name, for reading it." }),
  status: statusSchema,
  url_to_send_request: z.string(),
  call_url_after: z.number().nullable(),
  call_url_at: instant.nullable(),
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']),
  headers,
  body: z.unknown().meta({ description: 'As it was sent: a string or any other JSON value; null without one.' }),
  body_base64: z.base64().nullable(),
  timeout_for_request: z.number(),
  max_try_count: z.int().meta({
    description:
      'How many attempts it has at most: what was asked for and, after an explicit retry, the attempts before that.',
  }),
  retry_delay: z.number(),
  retry_backoff: z.enum(['fixed', 'exponential']),
  retry_max_delay: z.number(),
  failure_url: z.string().nullable(),
  event_tags: z.array(z.string()),
  deduplication_id: z.string().nullable(),
  keep_result_for: z.number(),
  keep_failed_for: z.number(),
  created_at_utc: instant,
  timestamp_for_execution_to_start: z.number().meta({ description: 'When it was due first, in epoch seconds.' }),
  try_count: z.int().meta({ description: 'How many attempts have ended.' }),
  next_attempt_at_utc: instant.nullable(),
  finished_at_utc: instant.nullable(),
  expires_at_utc: instant.nullable().meta({ description: 'Until when a finished event can be read.' }),
  ended_because: z
    .enum(['blocked', 'stopped_by_receiver'])
    .nullable()
    .meta({ description: 'Why it ended, if not by success or its last try.' }),
  failure_callback_key: z
    .string()
    .nullable()
    .meta({ description: 'Of the event that tells failure_url, once this one has failed.' }),
  request_response_status_code: z.int().nullable().meta({ description: 'Of the latest answer, as what follows.' }),
  request_response_headers: headers.nullable().meta({
    description: 'Lower-case names; a repeated header joined with ", ", set-cookie with a line feed.',
  }),
  request_response_body: z.string().nullable(),
  request_response_body_base64: z.base64().nullable().meta({ description: 'Instead, where the body is not UTF-8.' }),
  request_response_truncated: z.boolean().nullable().meta({ description: 'Whether it was longer than what is kept.' }),
  attempts: z.array(attemptSchema).meta({ description: 'The first ten and the last ten.' }),
});

export type EventAnswer = z.infer<typeof eventSchema>;

export function eventAnswer({ event, progress }: EventRecord): EventAnswer {
  const waiting = progress.status === 'waiting_execution' ? progress : undefined;
  const finished = progress.status === 'waiting_execution' ? undefined : progress;
  return {
    key: publicKey(event.key),
    status: progress.status,
    url_to_send_request: event.url,
    call_url_after: 'after' in event.asked ? seconds(event.asked.after) : null,
    call_url_at: 'at' in event.asked ? iso(event.asked.at) : null,
    method: event.method,
    headers: Object.fromEntries(event.headers),
    ...sentBody(event.body),
    timeout_for_request: seconds(event.timeout),
    max_try_count: event.maxTryCount + (progress.triedBefore ?? 0),
    retry_delay: seconds(event.retry.delay),
    retry_backoff: event.retry.backoff,
    retry_max_delay: seconds(event.retry.maxDelay),
    failure_url: event.failureUrl ?? null,
    event_tags: [...event.tags],
    deduplication_id: event.deduplicationId ?? null,
    keep_result_for: seconds(event.keepResultFor),
    keep_failed_for: seconds(failureKeptFor(event)),
    created_at_utc: iso(event.createdAt),
    timestamp_for_execution_to_start: seconds(event.key.dueAt),
    try_count: progress.tryCount,
    next_attempt_at_utc: isoOrNull(waiting?.nextAttemptAt),
    finished_at_utc: isoOrNull(finished?.finishedAt),
    expires_at_utc: isoOrNull(finished?.readableUntil),
    ended_because: finished?.endedBecause ?? null,
    failure_callback_key: callbackKeyOf({ event, progress }),
    ...receivedAnswer(progress.lastAnswer),
    attempts: progress.attempts.map(attemptAnswer),
  };
}

function callbackKeyOf({ event, progress }: EventRecord): string | null {
  const hasCallback = event.failureUrl !== undefined && progress.status === 'max_try_count_reached';
  return hasCallback ? publicKey(callbackKey(event, progress)) : null;
}

function sentBody(body: EventBody | undefined): Pick<EventAnswer, 'body' | 'body_base64'> {
  if (body === undefined) return { body: null, body_base64: null };
  if (body.kind === 'bytes') return { body: null, body_base64: base64(body.bytes) };
  const text = Buffer.from(body.bytes).toString();
  return { body: body.kind === 'json' ? jsonTextOf(text) : text, body_base64: null };
}

/** Throws if the text is not JSON: what was damaged in the table must not break the answer around it. */
function jsonTextOf(text: string): JsonText {
  JSON.parse(text);
  return new JsonText(text);
}

function receivedAnswer(answer: Answer | undefined) {
  const text = answer && textOf(answer);
  return {
    request_response_status_code: answer?.statusCode ?? null,
    request_response_headers: answer ? Object.fromEntries(answer.headers) : null,
    request_response_body: text ?? null,
    request_response_body_base64: answer && text === undefined ? base64(answer.body) : null,
    request_response_truncated: answer?.truncated ?? null,
  };
}

/** Undefined if it is not UTF-8. The cut of a longer body may go through a character, which is then left out. */
function textOf({ body, truncated }: Answer): string | undefined {
  const isCut = truncated && body.length === MAX_ANSWER_BODY_BYTES;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body, { stream: isCut });
  } catch {
    return undefined;
  }
}

function attemptAnswer({ number, startedAt, late, duration, outcome, statusCode, error, requests }: Attempt) {
  return {
    number,
    started_at_utc: iso(startedAt),
    late_ms: late,
    duration_ms: duration,
    outcome,
    status_code: statusCode ?? null,
    error: error ?? null,
    ...(requests !== undefined && { requests }),
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function seconds(milliseconds: number): number {
  return milliseconds / 1_000;
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}

function isoOrNull(instant: number | undefined): string | null {
  return instant === undefined ? null : iso(instant);
}
