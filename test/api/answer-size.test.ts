import { describe, expect, test } from '@jest/globals';
import type { Caller } from '../../core/ports.ts';
import { apiClient } from '../support/api-client.ts';
import { answered } from '../support/sample-event.ts';

const URL = 'https://example.com';
const BATCH = { method: 'POST', path: '/events/batch' };
/** The size of an answer from which on a batch leaves parts out, in bytes. */
const MOST_OF_A_BATCH = 5_000_000;
/** The largest answer of a synchronous invocation of Lambda, in bytes. */
const MOST_OF_LAMBDA = 6_000_000;
const KIB = 1_024;

type Result = {
  readonly key: string;
  readonly status: string | number;
  readonly url_to_send_request?: string;
  readonly created_at_utc: string;
  readonly request_response_body?: string | null;
  readonly attempts?: readonly unknown[];
  readonly answer_omitted?: true;
};

/** Publishes a batch, has its events called, and publishes the same batch again. */
async function repeated(count: number, call: Caller) {
  const { send, sendRaw, queue, messages } = apiClient({ call });
  const events = Array.from({ length: count }, (_, n) => ({
    url_to_send_request: `${URL}/${n}`,
    deduplication_id: `id ${n}`,
    max_try_count: 1,
  }));
  const request = { ...BATCH, body: JSON.stringify(events) };
  const first = (await send(request)).body.results as readonly Result[];
  await queue.deliver(messages.take());
  const bytes = Buffer.byteLength(JSON.stringify(await sendRaw(request)));
  return { first, bytes, results: (await send(request)).body.results as readonly Result[] };
}

const omittedIn = (results: readonly Result[]) => results.filter((one) => one.answer_omitted === true);

describe('a batch that is repeated', () => {
  test('leaves nothing out as long as one reply has room for all', async () => {
    const { results, bytes } = await repeated(70, async () => answered(200, [], 'a'.repeat(64 * KIB)));
    expect(omittedIn(results).length).toBe(0);
    expect(bytes).toBeLessThan(MOST_OF_A_BATCH);
    for (const result of results) expect(result).not.toHaveProperty('answer_omitted');
  });

  test('leaves out bodies and attempts of as many as it must, and says so', async () => {
    const { first, results, bytes } = await repeated(100, async () => answered(200, [], '"'.repeat(64 * KIB)));
    expect(bytes).toBeLessThan(MOST_OF_A_BATCH);
    expect(bytes).toBeGreaterThan(MOST_OF_A_BATCH - 4 * 65 * KIB);
    expect(results.map(({ key }) => key)).toEqual(first.map(({ key }) => key));
    for (const result of results) {
      expect(result).toMatchObject({ status: 'success', created_at_utc: '2030-01-01T00:00:00.250Z', try_count: 1 });
      const isOmitted = result.answer_omitted === true;
      for (const field of ['body', 'body_base64', 'request_response_body', 'request_response_body_base64', 'attempts'])
        expect([field, field in result]).toEqual([field, !isOmitted]);
    }
  });

  test('leaves out the largest first: small neighbours keep theirs', async () => {
    const { results } = await repeated(100, async ({ url }) =>
      answered(200, [], '"'.repeat(Number(url.split('/').at(-1)) % 2 === 0 ? 64 * KIB : 1_000)),
    );
    const small = results.filter((_, n) => n % 2 === 1);
    expect(omittedIn(results).length).toBeGreaterThan(0);
    expect(omittedIn(small).length).toBe(0);
  });

  test('is answered in brief if its headers alone are too large', async () => {
    const headers = [['x-quotes', '"'.repeat(16 * KIB)]] as const;
    const { first, results, bytes } = await repeated(100, async () => answered(200, headers));
    expect(bytes).toBeLessThan(MOST_OF_A_BATCH);
    expect(results.map(({ key, status }) => [key, status])).toEqual(first.map(({ key }) => [key, 'success']));
    const inBrief = omittedIn(results).filter((one) => !('url_to_send_request' in one));
    expect(inBrief.length).toBeGreaterThan(0);
    expect(Object.keys(inBrief[0] ?? {})).toEqual([
      'key',
      'status',
      'created_at_utc',
      'timestamp_for_execution_to_start',
      'next_attempt_at_utc',
      'finished_at_utc',
      'expires_at_utc',
      'answer_omitted',
    ]);
  });
});

describe('a batch of new events', () => {
  test('is answered with every key although its bodies are more than a reply can carry', async () => {
    const bodies = Array.from({ length: 8 }, () => ({ url_to_send_request: URL, body: '"'.repeat(255 * KIB) }));
    const invalid = { url_to_send_request: URL, no_such_field: 1 };
    const { send, sendRaw } = apiClient();
    const request = { ...BATCH, body: JSON.stringify([...bodies, invalid]) };
    expect(Buffer.byteLength(JSON.stringify(await sendRaw(request)))).toBeLessThan(MOST_OF_A_BATCH);
    const { results } = (await send(request)).body as { results: readonly Result[] };
    expect(results.map(({ status }) => status)).toEqual([...bodies.map(() => 'waiting_execution'), 422]);
    expect(omittedIn(results).length).toBeGreaterThan(0);
    expect(new Set(results.map(({ key }) => key)).size).toBe(9);
  });

  test.each<[string, (n: number) => unknown]>([
    ['long unknown names', (n) => manyNames(1_850, (name) => `${name}${n}`)],
    [
      'names that are written with many characters',
      (n) => manyNames(300, (name) => `\u0001${name}${n}`.replaceAll('x', '\u0001')),
    ],
    [
      'long names of headers',
      (n) => ({ url_to_send_request: URL, headers: manyNames(1_850, (name) => `${name} ${n}`) }),
    ],
    ['long host names', () => ({ url_to_send_request: longHost, failure_url: longHost })],
  ])('that are all refused for %s has a small answer', async (_, event) => {
    const body = JSON.stringify(Array.from({ length: 100 }, (_, n) => event(n)));
    expect(body.length).toBeLessThan(4 * KIB * KIB);
    const { send, sendRaw } = apiClient();
    expect(Buffer.byteLength(JSON.stringify(await sendRaw({ ...BATCH, body })))).toBeLessThan(MOST_OF_A_BATCH);
    const { results } = (await send({ ...BATCH, body })).body as { results: readonly Result[] };
    expect(results.map(({ status }) => status)).toEqual(results.map(() => 422));
  });
});

describe('a name that a client made up is shortened in messages', () => {
  const long = `${'n'.repeat(99)}😀${'n'.repeat(500_000)}`;
  const cut = `${'n'.repeat(99)}…`;

  test.each<[string, unknown, string]>([
    ['of a field', { url_to_send_request: URL, [long]: 1 }, cut],
    ['of a header', { url_to_send_request: URL, headers: { [`ü${long}`]: 'x' } }, `headers.ü${'n'.repeat(99)}…`],
  ])('%s', async (_, event, path) => {
    const { body } = await apiClient().publish(event);
    expect(body.errors[0].path).toBe(path);
    expect(body.detail.startsWith(`${path}: `)).toBe(true);
    expect(JSON.stringify(body).length).toBeLessThan(1_000);
  });

  test('of a parameter', async () => {
    const { body } = await apiClient().send({ path: '/events', query: `${'n'.repeat(5_000)}=1` });
    expect(body.errors).toEqual([{ path: `${'n'.repeat(100)}…`, detail: expect.any(String) }]);
  });

  test('and two names that begin alike stay distinct', async () => {
    const names = ['a', 'b'].map((end) => [`${'n'.repeat(200)}${end}`, 1]);
    const { body } = await apiClient().publish({ url_to_send_request: URL, ...Object.fromEntries(names) });
    expect(body.errors).toHaveLength(2);
  });
});

test('the largest event has room in the answer of a function', async () => {
  const headers = [['x-quotes', '"'.repeat(16 * KIB)]] as const;
  const { publish, sendRaw, queue, messages } = apiClient({
    call: async () => answered(500, headers, '\u0001'.repeat(64 * KIB)),
  });
  const { body } = await publish({
    url_to_send_request: URL,
    body: '\u0001'.repeat(256 * KIB),
    headers: { x: '"'.repeat(8_000) },
    event_tags: Array.from({ length: 20 }, (_, n) => `${'\u0001'.repeat(120)}${n}`),
  });
  await queue.deliver(messages.take());
  for (const path of [`/events/${body.key}`, '/events']) {
    expect(Buffer.byteLength(JSON.stringify(await sendRaw({ path })))).toBeLessThan(MOST_OF_LAMBDA);
  }
});

const longHost = `https://${Array.from({ length: 1_800 }, (_, n) => String.fromCodePoint(0x4e00 + 11 * n)).join('')}.local/`;

/** Twenty-one different names, each a few characters longer than the given length. */
function manyNames(length: number, spelled: (name: string) => string): Readonly<Record<string, number>> {
  const names = Array.from({ length: 21 }, (_, n) => spelled(`${n}${'x'.repeat(length)}`));
  return Object.fromEntries(names.map((name) => [name, 1]));
}
