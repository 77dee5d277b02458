import type { Headers, QueuedEvent } from './event.ts';

/**
 * What a publisher asked for, in the one form that all spellings of the same request share. Names of headers are in lower case, and they and
 * the tags are sorted; the values of headers and the bytes of a body stay as they were given. What accepting the event added is left out,
 * such as a default that the owner may change before the request is repeated, and so is the deduplication id.
 */
export function canonicalRequest({
  key,
  publishedBy,
  createdAt,
  deduplicationId,
  sent,
  defaultKeepFailedFor,
  ...request
}: QueuedEvent) {
  return { ...request, headers: canonicalHeaders(request.headers), tags: [...new Set(request.tags)].sort() };
}

function canonicalHeaders(headers: Headers): Headers {
  const lowerCase = headers.map(([name, value]) => [name.toLowerCase(), value] as const);
  return lowerCase.sort(([one], [other]) => Number(one > other) - Number(one < other));
}
