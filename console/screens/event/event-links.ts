import type { EventAnswer } from '../../state/api-types.ts';

/** Matches a key: its instant, and the uuid, whose version is 8 if the event is a callback. */
const KEY = /^\d{11}\.\d{3}-([0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})$/;
const CALLBACK_VERSION = '8';

/** The id under which the receiver gets the event: the uuid in its key. */
export function webhookId({ key }: Pick<EventAnswer, 'key'>): string | undefined {
  return KEY.exec(key)?.[1];
}

/** The key of the event of whose end this event tells; undefined if this is no callback. */
export function endedEventKey({ key, body }: Pick<EventAnswer, 'key' | 'body'>): string | undefined {
  if (KEY.exec(key)?.[2] !== CALLBACK_VERSION) return undefined;
  const ended = (body as { readonly data?: { readonly key?: unknown } } | null)?.data?.key;
  return typeof ended === 'string' && KEY.test(ended) ? ended : undefined;
}
