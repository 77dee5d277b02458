import type { Headers, QueuedEvent } from './event.ts';

/**
 * The canonical form of a publisher's request, which is the same for all spellings of the request. Header names are in
 * lower case, and headers and tags are sorted; header values and the bytes of the body stay as they were given. The
 * form leaves out the deduplication id and its window, and whatever was added when the event was accepted, such as a default that the
 * owner may change before the request is repeated.
 */
export function canonicalRequest({
  key,
  publishedBy,
  createdAt,
  deduplicationId,
  deduplicationWindow,
  messageSentByPublish,
  defaultKeepFailedFor,
  ...request
}: QueuedEvent) {
  return { ...request, headers: canonicalHeaders(request.headers), tags: [...new Set(request.tags)].sort() };
}

function canonicalHeaders(headers: Headers): Headers {
  const lowerCase = headers.map(([name, value]) => [name.toLowerCase(), value] as const);
  return lowerCase.sort(([one], [other]) => Number(one > other) - Number(one < other));
}
