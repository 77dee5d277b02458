import * as z from 'zod';
import { DAY, MINUTE, SECOND } from '../../core/durations.ts';
import type { EventBody, QueuedEvent, WantedEvent } from '../../core/event/event.ts';
import { type Settings, settingsBounds } from '../../core/settings.ts';
import { MAX_URL_LENGTH, parseTargetUrl } from '../../core/target/target-url.ts';
import { boundedText, optional, seconds, wellFormedText, wholeNumber } from './field-schemas.ts';
import { instantSchema, milliseconds } from './instant.ts';
import { JsonText } from './json-text.ts';
import { type RetryFields, retryContradiction, retryFields, retryPolicy } from './retry-fields.ts';
import { headerProblems, tooManyHeaders } from './target-headers.ts';

const DAY_IN_SECONDS = DAY / SECOND;
const TEN_YEARS = 3_652 * DAY;
export const MAX_BODY_BYTES = 256 * 1_024;
export const MAX_BODY_DEPTH = 32;
const MAX_ID_LENGTH = 256;
const MAX_TAGS = 20;
const MAX_TAG_LENGTH = 128;
/** The length of the longest body in base64, which writes three bytes as four characters. */
const MAX_BASE64_LENGTH = Math.ceil(MAX_BODY_BYTES / 3) * 4;

/** Marks an issue as one of size, which is answered with 413 instead of 422. */
export const TOO_LARGE = { tooLarge: true };

/**
 * A schema for a published event, which it parses into the form of the core. A field that is null counts as absent.
 *
 * @param now Returns the time in epoch milliseconds. An instant may be at most ten years after it.
 */
export function newEventSchema(settings: Settings, now: () => number) {
  return z
    .strictObject(
      {
        url_to_send_request: targetUrl(settings),
        call_url_after: seconds(0, TEN_YEARS / SECOND)
          .nullish()
          .meta({ default: 0, description: 'Seconds from now until the URL is called; fractions are allowed.' }),
        call_url_at: instant(now).nullish().meta({
          description:
            'When to call the URL, instead of call_url_after: ISO 8601 with a time zone, or epoch seconds. A past instant means now.',
        }),
        method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']).nullish().meta({
          description: 'The HTTP method: by default GET, or POST if there is a body.',
        }),
        headers: headers(),
        body: z
          .union([
            wellFormedText('A string or any other JSON value.', 'Send bytes as body_base64.'),
            z.instanceof(JsonText).meta({ description: 'Any JSON value, sent as it is written.' }),
          ])
          .nullish()
          .meta({
            description: `What to send: a string (as text/plain) or any other JSON value (as application/json), nested at most ${MAX_BODY_DEPTH} deep, at most ${MAX_BODY_BYTES} bytes. Not with GET or HEAD.`,
          }),
        body_base64: shortBase64().nullish().meta({
          description: 'Bytes to send instead of body (as application/octet-stream), in base64.',
        }),
        timeout_for_request: optional(
          seconds(1, settings.maxTimeoutSeconds),
          5,
          'Seconds within which the whole answer must arrive. The maximum is 6, unless the owner of the queue chose another.',
        ),
        max_try_count: optional(wholeNumber(1, 1_000), 3, 'The largest number of times that the URL is called.'),
        ...retryFields(),
        failure_url: targetUrl(settings).nullish().meta({
          description:
            'The URL to call if the event fails for good. A new event is published for this, which calls the URL by POST.',
        }),
        callback_url: targetUrl(settings).nullish().meta({
          description:
            'The URL to call when the event has ended, with its result: when it has succeeded or failed for good, or was skipped because a run of its schedule had not finished, but not when a client cancelled it. A new event is published for this, which calls the URL by POST.',
        }),
        event_tags: optional(tags(), [], 'Labels to find the event by.'),
        deduplication_id: deduplicationId(),
        deduplication_window: seconds(MINUTE / SECOND, DAY_IN_SECONDS)
          .nullish()
          .meta({
            default: DAY_IN_SECONDS,
            description:
              'Seconds for which the deduplication_id is known, from the first request with it. Later, a request with the same id adds another event. If a repeated request has another window, the window of the first request counts.',
          }),
        keep_result_for: optional(
          seconds(MINUTE / SECOND, 30 * DAY_IN_SECONDS),
          DAY_IN_SECONDS,
          'Seconds for which the event stays readable after it finished.',
        ),
        keep_failed_for: keepFailedFor(settings),
      },
      {
        error: ({ code }) => (code === 'invalid_type' ? 'Send a JSON object with the fields of an event.' : undefined),
      },
    )
    .transform((sent, refinement) => toWantedEvent(sent, refinement, settings));
}

type Sent = RetryFields & {
  readonly url_to_send_request: string;
  readonly call_url_after?: number | null | undefined;
  readonly call_url_at?: number | null | undefined;
  readonly method?: QueuedEvent['method'] | null | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | JsonText | null | undefined;
  readonly body_base64?: string | null | undefined;
  readonly timeout_for_request: number;
  readonly max_try_count: number;
  readonly failure_url?: string | null | undefined;
  readonly callback_url?: string | null | undefined;
  readonly event_tags: readonly string[];
  readonly deduplication_id?: string | null | undefined;
  readonly deduplication_window?: number | null | undefined;
  readonly keep_result_for: number;
  readonly keep_failed_for?: number | null | undefined;
};

export function toWantedEvent(sent: Sent, refinement: z.RefinementCtx, settings: Settings): WantedEvent {
  const body = bodyOf(sent);
  refuseContradictions(sent, body, refinement);
  return {
    asked: sent.call_url_at == null ? { after: milliseconds(sent.call_url_after ?? 0) } : { at: sent.call_url_at },
    url: sent.url_to_send_request,
    method: sent.method ?? (body === undefined ? 'GET' : 'POST'),
    headers: Object.entries(sent.headers),
    body,
    timeout: milliseconds(sent.timeout_for_request),
    maxTryCount: sent.max_try_count,
    retry: retryPolicy(sent),
    tags: [...new Set(sent.event_tags)],
    ...(sent.failure_url != null && { failureUrl: sent.failure_url }),
    ...(sent.callback_url != null && { callbackUrl: sent.callback_url }),
    keepResultFor: milliseconds(sent.keep_result_for),
    ...failureRetention(sent, settings),
    ...deduplication(sent),
  };
}

function bodyOf({ body, body_base64 }: Pick<Sent, 'body' | 'body_base64'>): EventBody | undefined {
  if (typeof body === 'string') return { kind: 'text', bytes: new TextEncoder().encode(body) };
  if (body != null) return { kind: 'json', bytes: new TextEncoder().encode(body.text) };
  if (body_base64 != null) return { kind: 'bytes', bytes: bytesOf(body_base64) };
  return undefined;
}

/**
 * How long a failed event is kept. A `keep_failed_for` that equals the default is left out, so that a request with it
 * and a request without it are the same request for a deduplication id.
 */
function failureRetention(
  { keep_result_for, keep_failed_for }: Sent,
  { keepFailedFor: byDefault }: Settings,
): Pick<WantedEvent, 'keepFailedFor' | 'defaultKeepFailedFor'> {
  if (keep_failed_for != null && keep_failed_for !== (byDefault ?? keep_result_for))
    return { keepFailedFor: milliseconds(keep_failed_for) };
  return byDefault === undefined ? {} : { defaultKeepFailedFor: milliseconds(byDefault) };
}

/** A window that equals the default is left out, so that such events are stored as they were before windows existed. */
function deduplication({ deduplication_id, deduplication_window }: Sent) {
  if (deduplication_id == null) return {};
  const window = deduplication_window ?? DAY_IN_SECONDS;
  return {
    deduplicationId: deduplication_id,
    ...(window !== DAY_IN_SECONDS && { deduplicationWindow: milliseconds(window) }),
  };
}

function refuseContradictions(sent: Sent, body: EventBody | undefined, refinement: z.RefinementCtx): void {
  const refuse = (path: keyof Sent, message: string, params?: typeof TOO_LARGE) =>
    refinement.addIssue({ code: 'custom', path: [path], message, ...(params && { params }) });

  if (sent.call_url_at != null && sent.call_url_after != null) {
    refuse('call_url_at', 'Give call_url_after or call_url_at, not both.');
  }
  const retrying = retryContradiction(sent);
  if (retrying !== undefined) refuse('retry_delays', retrying);
  if (sent.deduplication_window != null && sent.deduplication_id == null) {
    refuse('deduplication_window', 'Give a deduplication_id, too. The window says for how long that id is known.');
  }
  if (sent.body != null && sent.body_base64 != null) refuse('body_base64', 'Give body or body_base64, not both.');
  const field = sent.body_base64 == null ? 'body' : 'body_base64';
  if (body === undefined) return;
  if (sent.method === 'GET' || sent.method === 'HEAD') {
    refuse(field, `A ${sent.method} request has no body. Choose another method or leave the body out.`);
  }
  if (body.bytes.length > MAX_BODY_BYTES) refuse(field, tooLong(body.bytes.length), TOO_LARGE);
  else if (sent.body instanceof JsonText && sent.body.depth > MAX_BODY_DEPTH) {
    refuse('body', `A JSON body is nested at most ${MAX_BODY_DEPTH} deep. Send a deeper one as a string.`);
  }
}

function tooLong(bytes: number): string {
  return `A body has at most ${MAX_BODY_BYTES} bytes, and this one has ${bytes}. Send a link to it instead.`;
}

function targetUrl(settings: Settings) {
  return z
    .string({ error: ({ input }) => (input == null ? 'Required: the URL to call.' : 'A string with a URL.') })
    .max(MAX_URL_LENGTH, `A URL has at most ${MAX_URL_LENGTH} characters.`)
    .meta({ format: 'uri', description: 'The URL to call: http or https, on a public host.' })
    .transform((text, refinement) => {
      const target = parseTargetUrl(text, settings);
      if ('url' in target) return target.url;
      refinement.addIssue({ code: 'custom', message: target.refused });
      return z.NEVER;
    });
}

/** A schema for headers. It is not a `z.record`, which silently drops a key `__proto__`. */
function headers() {
  return z
    .custom<Readonly<Record<string, string>> | JsonText>(isObject, 'An object of header names and their values.')
    .meta({ type: 'object', additionalProperties: { type: 'string' } })
    .nullish()
    .meta({
      default: {},
      description:
        'Headers to send: at most 50, with at most 8,192 bytes in all, in printable ASCII, and none that the queue sets itself.',
    })
    .transform((given, refinement) => {
      const isTooLarge = given instanceof JsonText;
      for (const { name, detail } of isTooLarge ? [tooManyHeaders] : headerProblems(given ?? {})) {
        refinement.addIssue({ code: 'custom', path: name === undefined ? [] : [name], message: detail });
      }
      return isTooLarge ? {} : (given ?? {});
    });
}

function keepFailedFor({ keepFailedFor: byDefault }: Settings) {
  const about = 'Seconds for which the event stays readable after it failed for good.';
  return seconds(...settingsBounds.keepFailedFor)
    .nullish()
    .meta(
      byDefault === undefined
        ? { description: `${about} By default, it is the same as keep_result_for.` }
        : { default: byDefault, description: about },
    );
}

/** A schema for bytes in base64. It checks the length first, so that a text that is too long is not read. */
function shortBase64() {
  const message = 'Bytes in base64, as in AAEC/w==, with = at the end where they are needed.';
  return z
    .string(message)
    .refine((text) => text.length <= MAX_BASE64_LENGTH, {
      error: ({ input }) => tooLong(Math.floor((String(input).length * 3) / 4)),
      params: TOO_LARGE,
      abort: true,
    })
    .check(z.base64(message));
}

function deduplicationId() {
  return boundedText(1, MAX_ID_LENGTH).nullish().meta({
    description:
      'An id that makes it safe to send the request again. Within the deduplication_window and for the same API key, the same id with the same request is answered with the first event, and adds none. The same id with another request is refused. A request is still the same if the order of fields, headers or tags, or the case of header names differs, but not if the bytes of the body differ. For a single event, the header Idempotency-Key does the same.',
  });
}

function instant(now: () => number) {
  return instantSchema().refine((at) => at <= now() + TEN_YEARS, 'An instant at most ten years from now.');
}

function tags() {
  const message = `A list of up to ${MAX_TAGS} tags.`;
  return z.array(boundedText(1, MAX_TAG_LENGTH), message).max(MAX_TAGS, message);
}

function bytesOf(base64: string): Uint8Array {
  const characters = atob(base64);
  const bytes = new Uint8Array(characters.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = characters.charCodeAt(at);
  return bytes;
}

function isObject(value: unknown): boolean {
  if (value instanceof JsonText) return value.kind === 'object';
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
