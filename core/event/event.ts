import type { EventKey } from './event-key.ts';

/** Pairs, not an object: the order and the spelling of the names are kept, and no name (`__proto__`) is special. */
export type Headers = readonly (readonly [name: string, value: string])[];

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The bytes to send, fixed at acceptance, and how they were given. */
export type EventBody = { readonly kind: 'text' | 'json' | 'bytes'; readonly bytes: Uint8Array };

/** What was asked: a URL to call, when, how, how often to try. Never changes once accepted. Durations are milliseconds. */
export type QueuedEvent = {
  readonly key: EventKey;
  /** The id of the API key that published it. */
  readonly publishedBy: string;
  readonly createdAt: number;
  /** How its due time was given: milliseconds from acceptance, or an instant. */
  readonly asked: { readonly after: number } | { readonly at: number };
  readonly url: string;
  readonly method: Method;
  readonly headers: Headers;
  readonly body: EventBody | undefined;
  readonly timeout: number;
  readonly maxTryCount: number;
  readonly retry: RetryPolicy;
  readonly tags: readonly string[];
  /** By which its publisher knows a repetition of the request. */
  readonly deduplicationId?: string;
  /** Where an event is published that tells of it, should this one fail. */
  readonly failureUrl?: string;
  /** How long the event stays readable after it finished. */
  readonly keepResultFor: number;
  /** How long the event stays readable after it failed for good, if its publisher chose that. */
  readonly keepFailedFor?: number;
  /** The same, as the owner of the queue had chosen it for all events when this one was accepted. */
  readonly defaultKeepFailedFor?: number;
  /** Whether publish itself sends its first message, so that the promote cursor passes over it. */
  readonly sent?: true;
};

export type RetryPolicy = {
  readonly backoff: 'fixed' | 'exponential';
  readonly delay: number;
  /** Bounds the exponential delay, before its jitter. */
  readonly maxDelay: number;
};

/** An event as its publisher wants it: all of it but what accepting it adds. */
export type WantedEvent = Omit<QueuedEvent, 'key' | 'publishedBy' | 'createdAt' | 'sent'>;
