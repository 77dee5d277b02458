import type { EventAnswer } from '../state/api-types.ts';
import type { SentRequest } from './curl.ts';

type TargetRequest = SentRequest & { readonly headers: readonly (readonly [name: string, value: string])[] };

/** An event, or that of a schedule. */
export type Target = Pick<EventAnswer, 'method' | 'url_to_send_request' | 'headers' | 'body' | 'body_base64'>;

/** The request of an event as its receiver gets it, without the headers that differ from attempt to attempt. */
export function targetRequest(event: Target, bodyText: string | undefined): TargetRequest {
  const body = bodyOf(event, bodyText);
  const given = Object.entries(event.headers);
  const hasType = given.some(([name]) => name.toLowerCase() === 'content-type');
  const type = body === undefined || hasType ? [] : [['content-type', defaultType(event)] as const];
  return { method: event.method, url: event.url_to_send_request, headers: [...type, ...given], body };
}

function bodyOf({ body_base64: base64 }: Target, text: string | undefined): SentRequest['body'] {
  if (base64 !== null) return { base64 };
  return text === undefined ? undefined : { text };
}

/** The content type of a body whose publisher chose none. */
function defaultType({ body, body_base64 }: Target): string {
  if (body_base64 !== null) return 'application/octet-stream';
  return typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json';
}
