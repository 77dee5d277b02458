import type { EventAnswer } from '../../state/api-types.ts';

/** Matches a key: its instant, and the uuid, whose version is 8 if the event is a failure callback. */
const KEY = /^\d{11}\.\d{3}-([0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})$/;
const CALLBACK_VERSION = '8';

/** The id under which the receiver gets the event: the uuid in its key. */
export function webhookId({ key }: Pick<EventAnswer, 'key'>): string | undefined {
  return KEY.exec(key)?.[1];
}

/** The key of the event whose failure this event reports; undefined if this is no failure callback. */
export function failedEventKey({ key, body }: Pick<EventAnswer, 'key' | 'body'>): string | undefined {
  if (KEY.exec(key)?.[2] !== CALLBACK_VERSION) return undefined;
  const failed = (body as { readonly data?: { readonly key?: unknown } } | null)?.data?.key;
  return typeof failed === 'string' && KEY.test(failed) ? failed : undefined;
}
