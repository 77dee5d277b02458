const MIB = 1_024 * 1_024;
const URL_FIELD = '"url_to_send_request":"https://example.com/","call_url_after":600';

export type CostlyRequest = { readonly what: string; readonly path: string; readonly body: () => string };

/**
 * Requests of the largest size that is read. Each of them, valid or not, takes long to parse, to check or to answer.
 */
export const costlyRequests: readonly CostlyRequest[] = [
  { what: 'a batch of 1,400,000 times {}', path: '/events/batch', body: () => listOf('{}', 4 * MIB) },
  { what: 'the same as {"events": …}', path: '/events/batch', body: () => `{"events":${listOf('{}', 4 * MIB - 11)}}` },
  {
    what: 'a batch that is nested 4 million deep and not closed',
    path: '/events/batch',
    body: () => '['.repeat(4 * MIB),
  },
  { what: 'a batch of nothing but spaces', path: '/events/batch', body: () => `${' '.repeat(4 * MIB - 2)}[]` },
  { what: 'a batch of one event with 350,000 fields', path: '/events/batch', body: () => `[{${names(4 * MIB - 4)}}]` },
  {
    what: 'a batch of 100 events with 3,500 unknown fields each',
    path: '/events/batch',
    body: () =>
      `[${Array(100)
        .fill(`{${names((4 * MIB) / 100 - 4)}}`)
        .join()}]`,
  },
  { what: 'an event with 175,000 fields', path: '/events', body: () => `{${names(2 * MIB - 2)}}` },
  { what: 'an event with 175,000 headers', path: '/events', body: () => event(`"headers":{${names(2 * MIB - 100)}}`) },
  {
    what: 'an event with 500,000 tags',
    path: '/events',
    body: () => event(`"event_tags":${listOf('"a"', 2 * MIB - 100)}`),
  },
  {
    what: 'an event with one field 200,000 times',
    path: '/events',
    body: () => `{${'"body":[],'.repeat(200_000)}${URL_FIELD}}`,
  },
  { what: 'a body of 700,000 times []', path: '/events', body: () => event(`"body":${listOf('[]', 2 * MIB - 100)}`) },
  { what: 'a body that is nested a million deep', path: '/events', body: () => event(`"body":${nested(MIB - 100)}`) },
  {
    what: 'a body of 1.5 MiB in base64',
    path: '/events',
    body: () => event(`"body_base64":"${'A'.repeat(2 * MIB - 104)}"`),
  },
  {
    what: 'good: a body of 256 KiB in base64',
    path: '/events',
    body: () => event(`"body_base64":"${'A'.repeat(349_524)}"`),
  },
  { what: 'good: a body of 87,000 times {}', path: '/events', body: () => event(`"body":${listOf('{}', MIB / 4)}`) },
  { what: 'good: a body of 131,000 numbers', path: '/events', body: () => event(`"body":${listOf('0', MIB / 4)}`) },
  {
    what: 'good: a batch of 100 events with 40 KB of {} each',
    path: '/events/batch',
    body: () =>
      `[${Array(100)
        .fill(event(`"body":${listOf('{}', 41_000)}`))
        .join()}]`,
  },
  {
    what: 'good: a batch of 15 events with 256 KiB of text each',
    path: '/events/batch',
    body: () =>
      `[${Array(15)
        .fill(event(`"body":"${'a'.repeat(MIB / 4)}"`))
        .join()}]`,
  },
];

function event(field: string): string {
  return `{${URL_FIELD},${field}}`;
}

/** Returns a JSON list of as many elements as fit into `length` characters. */
function listOf(element: string, length: number): string {
  return `[${Array(Math.floor((length - 1) / (element.length + 1)))
    .fill(element)
    .join()}]`;
}

function names(length: number): string {
  return Array.from({ length: Math.floor(length / 12) }, (_, n) => `"${String(n).padStart(7, 'n')}":1`).join();
}

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}
