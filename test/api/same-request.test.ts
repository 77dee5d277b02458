import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MINUTE, SECOND } from '../../core/durations.ts';
import { apiClient, START } from '../support/api-client.ts';
import { memoryEventStore } from '../support/memory-event-store.ts';

const ID = { deduplication_id: 'order 42' };
const DEFAULTS = {
  call_url_after: 0,
  timeout_for_request: 5,
  max_try_count: 3,
  retry_delay: 60,
  retry_backoff: 'fixed',
  retry_max_delay: 3_600,
  keep_result_for: 86_400,
  keep_failed_for: 86_400,
};

type Fields = Readonly<Record<string, unknown>>;

const headers = fc.uniqueArray(
  fc.tuple(
    fc.constantFrom('x-a', 'x-b', 'X-Tenant', 'accept', 'Content-Type', '7'),
    fc.constantFrom('', 'a', 'A', 'a, b'),
  ),
  { selector: ([name]) => name, maxLength: 5 },
);
const tags = fc.uniqueArray(fc.constantFrom('mails', 'Mails', 'é', '1', '10', '2'), { maxLength: 5 });
const bodies = fc.constantFrom<Fields>(
  {},
  { body: '{"a":1,"b":2}' },
  { body: { a: 1, b: 2 } },
  { body: { b: 2, a: 1 } },
  { body_base64: 'eyJhIjoxLCJiIjoyfQ==' },
);

const request = fc
  .record({ headers, tags, body: bodies, max_try_count: fc.integer({ min: 1, max: 4 }) })
  .map(({ headers, tags, body, max_try_count }) => ({
    url_to_send_request: 'https://example.com/hook',
    ...body,
    max_try_count,
    headers: Object.fromEntries(headers),
    event_tags: tags,
    ...ID,
  }));

test('a request is the same in any order of its maps, case of header names, and order and number of its tags', async () => {
  const spelled = request.chain((first) => fc.tuple(fc.constant(first), respelled(first)));
  await fc.assert(
    fc.asyncProperty(spelled, async ([first, again]) => {
      const { publish } = apiClient();
      const [one, other] = [await publish(first), await publish(again)];
      expect([one.status, other.status]).toEqual([201, 200]);
      expect(other.body).toEqual(one.body);
    }),
    { numRuns: 100 },
  );
});

test('a request is another with any other value', async () => {
  const changed = request.chain((first) => fc.tuple(fc.constant(first), changes(first)));
  await fc.assert(
    fc.asyncProperty(changed, async ([first, change]) => {
      const { publish } = apiClient();
      await publish(first);
      const { status, body } = await publish({ ...first, ...change });
      expect([status, body.errors[0].path]).toEqual([422, 'deduplication_id']);
    }),
    { numRuns: 100 },
  );
});

test('an id is known for its window, and a request after that adds another event', async () => {
  const { publish, clock } = apiClient();
  const wanted = { url_to_send_request: 'https://example.com/', ...ID, deduplication_window: 90 };
  const { body: first } = await publish(wanted);
  await clock.moveTo(START + 90 * SECOND - 1);
  expect(await publish(wanted)).toMatchObject({ status: 200, body: { key: first.key } });
  await clock.moveTo(START + 90 * SECOND);
  const { status, body } = await publish(wanted);
  expect([status, body.key === first.key]).toEqual([201, false]);
});

describe('of two spellings', () => {
  const instant = new Date(START + MINUTE);
  test.each<[string, object, object]>([
    [
      'unset and null',
      {},
      { headers: null, event_tags: null, call_url_at: null, body: null, failure_url: null, callback_url: null },
    ],
    ['unset and the default', {}, { ...DEFAULTS, headers: {}, event_tags: [] }],
    ['a window that is unset and given', {}, { deduplication_window: 60 }],
    ['a method that is unset and given', { body: 'x' }, { body: 'x', method: 'POST' }],
    [
      'a URL as it is written and normalised',
      { failure_url: 'HTTPS://EXAMPLE.COM:443' },
      { failure_url: 'https://example.com/' },
    ],
    [
      'an instant in two zones',
      { call_url_at: instant.toISOString() },
      { call_url_at: '2030-01-01T02:01:00.250+02:00' },
    ],
    ['an instant as text and as a number', { call_url_at: instant.toISOString() }, { call_url_at: +instant / 1_000 }],
  ])('%s, both are the same request', async (_, one, other) => {
    const { publish } = apiClient();
    const wanted = { url_to_send_request: 'https://example.com/', ...ID };
    expect((await publish({ ...wanted, ...one })).status).toBe(201);
    expect((await publish({ ...wanted, ...other })).status).toBe(200);
  });

  test('what the owner chose for failures, unset, given, and chosen between the two, is the same request', async () => {
    const store = memoryEventStore();
    const wanted = { url_to_send_request: 'https://example.com/', ...ID };
    expect((await apiClient({ store }).publish(wanted)).status).toBe(201);
    const later = apiClient({ store, settings: { keepFailedFor: 604_800 } });
    expect((await later.publish(wanted)).status).toBe(200);
    expect((await later.publish({ ...wanted, keep_failed_for: 604_800 })).status).toBe(200);
    expect((await later.publish({ ...wanted, keep_failed_for: 604_801 })).status).toBe(422);
  });

  test('5 and 5.0 are the same number of seconds, and another number in a body', async () => {
    const { send } = apiClient();
    const post = async (fields: string) => {
      const body = `{"url_to_send_request": "https://example.com/", ${fields}}`;
      return (await send({ method: 'POST', path: '/events', body })).status;
    };
    expect(await post('"deduplication_id": "a", "call_url_after": 5')).toBe(201);
    expect(await post('"deduplication_id": "a", "call_url_after": 5.0')).toBe(200);
    expect(await post('"deduplication_id": "b", "body": 5')).toBe(201);
    expect(await post('"deduplication_id": "b", "body": 5.0')).toBe(422);
  });

  test('an id in the header and in the field is the same', async () => {
    const { send, publish } = apiClient();
    const body = JSON.stringify({ url_to_send_request: 'https://example.com/', headers: { 'X-A': '', 'x-b': '' } });
    const headers = { 'x-api-key': 'all', 'content-type': 'application/json', 'idempotency-key': 'order 42' };
    expect((await send({ method: 'POST', path: '/events', headers, body })).status).toBe(201);
    const again = { url_to_send_request: 'https://example.com/', headers: { 'X-B': '', 'x-a': '' }, ...ID };
    expect((await publish(again)).status).toBe(200);
  });
});

type Request = Fields & { readonly headers: Readonly<Record<string, string>>; readonly event_tags: readonly string[] };

/**
 * The same request with its members, headers and tags in another order, the names of headers in another case, and each
 * tag twice.
 */
function respelled(first: Request): fc.Arbitrary<Fields> {
  const { headers, event_tags } = first;
  const names = Object.keys(headers);
  return fc
    .record({
      members: shuffled(Object.keys(first)),
      names: shuffled(names),
      cases: fc.array(fc.constantFrom('lower', 'upper', 'given'), { minLength: names.length, maxLength: names.length }),
      tags: shuffled(event_tags).chain((tags) => fc.subarray([...event_tags]).map((twice) => [...tags, ...twice])),
    })
    .map(({ members, names, cases, tags }) => {
      const pairs = names.map((name, index) => [inCase(name, cases[index]), headers[name]]);
      const all: Fields = { ...first, headers: Object.fromEntries(pairs), event_tags: tags };
      return Object.fromEntries(members.map((member) => [member, all[member]]));
    });
}

function changes({ headers, event_tags }: Request): fc.Arbitrary<Fields> {
  const [name] = Object.keys(headers);
  return fc.constantFrom<Fields>(
    { url_to_send_request: 'https://example.com/Hook' },
    { failure_url: 'https://example.com/hook' },
    { callback_url: 'https://example.com/hook' },
    { max_try_count: 5 },
    { timeout_for_request: 4.999 },
    { retry_backoff: 'exponential' },
    { retry_delays: [60] },
    { keep_result_for: 86_401 },
    { keep_failed_for: 86_401 },
    { call_url_after: 0.001 },
    { event_tags: [...event_tags, 'another'] },
    { event_tags: event_tags.length > 0 ? event_tags.slice(1) : ['one'] },
    { headers: { ...headers, 'x-another': '' } },
    { headers: name === undefined ? { 'x-one': 'one' } : { ...headers, [name]: `${headers[name]} ` } },
    { body: { a: 1, b: 2.0, c: 3 }, body_base64: null },
    { body: '{"b":2,"a":1}', body_base64: null },
  );
}

function shuffled<Value>(values: readonly Value[]): fc.Arbitrary<Value[]> {
  return fc.shuffledSubarray([...values], { minLength: values.length });
}

function inCase(name: string, spelling: string | undefined): string {
  if (spelling === 'lower') return name.toLowerCase();
  return spelling === 'upper' ? name.toUpperCase() : name;
}
