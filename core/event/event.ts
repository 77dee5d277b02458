import type { EventKey } from './event-key.ts';

/**
 * The headers of a request or an answer. They are pairs because an object would change the order of some names, and
 * treats names such as `__proto__` specially.
 */
export type Headers = readonly (readonly [name: string, value: string])[];

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The body to send, and the form in which the publisher gave it. The bytes are fixed when the event is accepted. */
export type EventBody = { readonly kind: 'text' | 'json' | 'bytes'; readonly bytes: Uint8Array };

/**
 * An event: a URL to call, when, how, and how often to try. It never changes after it was accepted. Instants and
 * durations are milliseconds.
 */
export type QueuedEvent = {
  readonly key: EventKey;
  /** The id of the API key that published the event. */
  readonly publishedBy: string;
  readonly createdAt: number;
  /** The due time as the publisher gave it: milliseconds after acceptance, or an instant. */
  readonly asked: { readonly after: number } | { readonly at: number };
  readonly url: string;
  readonly method: Method;
  readonly headers: Headers;
  readonly body: EventBody | undefined;
  readonly timeout: number;
  readonly maxTryCount: number;
  readonly retry: RetryPolicy;
  readonly tags: readonly string[];
  /** The id that the publisher gives to a request and its repetitions, so that they make one event. */
  readonly deduplicationId?: string;
  /** How long the deduplication id is known. Absent if it is the usual day. */
  readonly deduplicationWindow?: number;
  /** The URL that the failure callback calls if this event fails for good. */
  readonly failureUrl?: string;
  /** The URL that the callback with the result calls when this event has ended, unless a client has cancelled it. */
  readonly callbackUrl?: string;
  /** How long the event stays readable after it finished. */
  readonly keepResultFor: number;
  /** How long the event stays readable after it failed for good. Absent if its publisher did not choose it. */
  readonly keepFailedFor?: number;
  /**
   * The setting `keepFailedFor` of the queue at the time when the event was accepted. It holds unless the publisher
   * chose a time.
   */
  readonly defaultKeepFailedFor?: number;
  /** The id of the schedule of which the event is a run. Absent if it is none. */
  readonly schedule?: string;
  /** Present if the first attempt is not made while an earlier run of the same schedule has not finished. */
  readonly skipsOverlap?: true;
  /** Present if publish sends the first message of the event, so that the promote cursor passes over it. */
  readonly messageSentByPublish?: true;
};

/** The delays between attempts, in milliseconds. */
export type RetryPolicy = {
  readonly backoff: 'fixed' | 'exponential';
  /** The fixed delay, or the first exponential one. If there are `delays`, it is the longest of them. */
  readonly delay: number;
  /** The longest exponential delay, before its jitter. */
  readonly maxDelay: number;
  /** The delay after each failed attempt. The last one is used again for all attempts beyond the list. */
  readonly delays?: readonly number[];
};

/** The part of an event that its publisher gives. */
export type WantedEvent = Omit<QueuedEvent, 'key' | 'publishedBy' | 'createdAt' | 'messageSentByPublish'>;
