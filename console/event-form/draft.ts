import type { EventAnswer } from '../state/api-types.ts';
import { prettyJson } from '../text/json-text.ts';
import { isSecretHeader } from '../text/secret-headers.ts';
import { localZone } from '../text/zones.ts';

export type DraftHeader = { readonly name: string; readonly value: string };

export const delayUnits = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 } as const;

/** An event as it stands in a form. A text that is empty stands for the default of the queue. */
export type EventDraft = {
  readonly url: string;
  /** Empty for GET, or POST if there is a body. */
  readonly method: EventAnswer['method'] | '';
  readonly bodyKind: 'none' | 'json' | 'text' | 'base64';
  readonly body: string;
  readonly headers: readonly DraftHeader[];
  /** One tag a line. */
  readonly tags: string;
  readonly timeout: string;
  readonly tries: string;
  /** A number of seconds or, with the backoff `listed`, one for each try, separated by commas. */
  readonly delay: string;
  readonly backoff: EventAnswer['retry_backoff'] | 'listed';
  readonly maxDelay: string;
  readonly failureUrl: string;
  readonly callbackUrl: string;
  readonly keepResultFor: string;
  readonly keepFailedFor: string;
};

/** When an event that is published is due, and how often it is accepted. */
type PublishDraft = {
  readonly when: 'now' | 'after' | 'at';
  readonly after: string;
  readonly afterUnit: keyof typeof delayUnits;
  /** A date and a time in the zone that the reader chose, as a field of the browser has it. */
  readonly at: string;
  readonly deduplicationId: string;
  readonly deduplicationWindow: string;
};

/** The id of a schedule, and when its events are published. `from` and `until` are as `at`. */
type ScheduleDraft = {
  readonly id: string;
  readonly timing: 'cron' | 'every';
  readonly cron: string;
  readonly timeZone: string;
  readonly every: string;
  readonly everyUnit: keyof typeof delayUnits;
  readonly from: string;
  readonly until: string;
  readonly overlap: 'allow' | 'skip';
  readonly catchUp: string;
};

/** What stands in a form: an event, and when it is published. */
export type Draft = EventDraft & PublishDraft & ScheduleDraft;

/** The text fields of a draft. */
export type TextName = { [Name in keyof Draft]: Draft[Name] extends string ? Name : never }[keyof Draft];

/** @param url The URL to begin with; empty if there is none that one would like to call. */
export function newDraft(url: string): Draft {
  return {
    url,
    method: '',
    bodyKind: 'json',
    body: '{\n  "hello": "world"\n}',
    headers: [],
    tags: '',
    when: 'now',
    after: '1',
    afterUnit: 'minutes',
    at: '',
    timeout: '',
    tries: '',
    delay: '',
    backoff: 'fixed',
    maxDelay: '',
    failureUrl: '',
    callbackUrl: '',
    deduplicationId: '',
    deduplicationWindow: '',
    keepResultFor: '',
    keepFailedFor: '',
    id: '',
    timing: 'cron',
    cron: '0 9 * * 1-5',
    timeZone: localZone,
    every: '5',
    everyUnit: 'minutes',
    from: '',
    until: '',
    overlap: 'allow',
    catchUp: '',
  };
}

/** An event that is in the queue, or that of a schedule, and the text of its body. */
type SentEvent = {
  readonly event: Pick<
    EventAnswer,
    | 'url_to_send_request'
    | 'method'
    | 'headers'
    | 'body'
    | 'body_base64'
    | 'event_tags'
    | 'timeout_for_request'
    | 'max_try_count'
    | 'tried_before'
    | 'retry_delay'
    | 'retry_delays'
    | 'retry_backoff'
    | 'retry_max_delay'
    | 'failure_url'
    | 'callback_url'
    | 'keep_result_for'
    | 'keep_failed_for'
  >;
  readonly bodyText: string | undefined;
};

/** A draft of an event like another one, due now. Its deduplication id is left out, because it would add no event. */
export function draftLike({ event, bodyText }: SentEvent): Draft {
  const isExponential = event.retry_backoff === 'exponential';
  return {
    ...newDraft(event.url_to_send_request),
    method: event.method,
    ...draftBody(event, bodyText),
    headers: Object.entries(event.headers).map(([name, value]) => ({ name, value })),
    tags: event.event_tags.join('\n'),
    timeout: String(event.timeout_for_request),
    tries: String(event.max_try_count - event.tried_before),
    delay: event.retry_delays?.join(', ') ?? String(event.retry_delay),
    backoff: event.retry_delays === null ? event.retry_backoff : 'listed',
    maxDelay: isExponential ? String(event.retry_max_delay) : '',
    failureUrl: event.failure_url ?? '',
    callbackUrl: event.callback_url ?? '',
    keepResultFor: String(event.keep_result_for),
    keepFailedFor: String(event.keep_failed_for),
  };
}

/** Whether a draft has a header whose value is likely to be a secret. */
export function hasSecrets({ headers }: EventDraft): boolean {
  return headers.some(({ name }) => isSecretHeader(name.trim()));
}

/** A draft with another text in place of the values of headers that are likely to be secrets. */
export function withoutSecrets(draft: Draft): Draft {
  const hidden = ({ name, value }: DraftHeader) => ({ name, value: isSecretHeader(name.trim()) ? 'HIDDEN' : value });
  return { ...draft, headers: draft.headers.map(hidden) };
}

function draftBody(
  { body, body_base64 }: SentEvent['event'],
  text: string | undefined,
): Pick<Draft, 'bodyKind' | 'body'> {
  if (body_base64 !== null) return { bodyKind: 'base64', body: body_base64 };
  if (text === undefined) return { bodyKind: 'none', body: '' };
  return typeof body === 'string'
    ? { bodyKind: 'text', body: text }
    : { bodyKind: 'json', body: prettyJson(text) ?? text };
}
