import { expect, test } from '@jest/globals';
import { EventQueue } from '../../client/event-queue.ts';
import type { EventQueueOptions } from '../../client/event-queue-options.ts';
import type { SentRequest } from '../../client/fetch-types.ts';
import { apiClient } from '../support/api-client.ts';

const KEY = '98225183999.750-0198f2a4-5b6c-7d8e-9f00-112233445566';
const EVENT = { url_to_send_request: 'https://example.com/' };
const LOST = 'the connection is lost';

const throttled = () => Response.json({ message: 'Too Many Requests' }, { status: 429 });
const unavailable = (headers = {}) =>
  Response.json(
    {
      type: 'urn:event-queue:unavailable',
      title: 'The queue cannot do this now',
      status: 503,
      detail: 'Send it again.',
    },
    { status: 503, headers },
  );

type Answer = (() => Response) | typeof LOST;

/**
 * A client whose requests get these answers, one after the other, and the last one for all further requests. Its pauses
 * take no time but that of its clock.
 */
function clientWith(answers: readonly Answer[], options: EventQueueOptions = {}) {
  const sent: { readonly url: string; readonly init: SentRequest }[] = [];
  const pauses: number[] = [];
  let now = Date.UTC(2030, 0);
  const queue = new EventQueue(
    {
      url: 'https://queue.example.com/',
      key: 'secret',
      async fetch(url, init) {
        const answer = answers[Math.min(sent.length, answers.length - 1)];
        sent.push({ url, init });
        if (answer === LOST || answer === undefined) throw new TypeError(LOST);
        return answer();
      },
      ...options,
    },
    {
      async sleep(pause) {
        pauses.push(pause);
        now += pause;
      },
      random: () => 0.5,
      now: () => now,
    },
  );
  return { queue, sent, pauses };
}

const accepted = () => Response.json({ key: KEY, status: 'waiting_execution' }, { status: 201 });

test('publishes again after each failure that may pass, with the same id', async () => {
  const { queue, sent, pauses } = clientWith([LOST, unavailable, throttled, accepted]);
  expect((await queue.publish(EVENT)).key).toBe(KEY);
  expect(new Set(sent.map(({ init }) => init.body)).size).toBe(1);
  expect(JSON.parse(String(sent[0]?.init.body))).toEqual({
    ...EVENT,
    deduplication_id: expect.stringMatching(/^[0-9a-f]{32}$/),
  });
  expect(pauses).toEqual([187.5, 375, 750]);
});

test('pauses for as long as the queue asks, and gives up if that is too long', async () => {
  const soon = clientWith([() => unavailable({ 'retry-after': '7' }), accepted]);
  await soon.queue.publish(EVENT);
  expect(soon.pauses).toEqual([7_062.5]);
  const date = { 'retry-after': 'Tue, 01 Jan 2030 00:02:00 GMT' };
  const late = clientWith([() => unavailable(date), accepted]);
  await expect(late.queue.publish(EVENT)).rejects.toMatchObject({ kind: 'refused', status: 503, retry_after: 120 });
  expect(late.sent.length).toBe(1);
});

test('gives up after as many repetitions as it may make', async () => {
  const { queue, sent } = clientWith([LOST], { retries: 2 });
  await expect(queue.publish(EVENT)).rejects.toMatchObject({
    kind: 'unreachable',
    status: undefined,
    cause: { message: LOST },
    message:
      'POST /events got no answer from https://queue.example.com. Check that the queue runs there. It is not known whether this was done.',
  });
  expect(sent.length).toBe(3);
});

test('publishes again only while the queue knows the deduplication id', async () => {
  const busy = () => unavailable({ 'retry-after': '20' });
  const short = { ...EVENT, deduplication_window: 60 };
  const requestsFor = async (use: (queue: EventQueue) => Promise<unknown>, answers: readonly Answer[] = [busy]) => {
    const { queue, sent } = clientWith(answers);
    await expect(use(queue)).rejects.toMatchObject({ kind: 'refused' });
    return sent.length;
  };
  expect(await requestsFor((queue) => queue.publish(short))).toBe(2);
  expect(await requestsFor(async (queue) => rejectedIfRefused(await queue.publishAll([EVENT, short])))).toBe(2);
  const busyGateway = () => Response.json({}, { status: 429, headers: { 'retry-after': '20' } });
  expect(await requestsFor((queue) => queue.publish(short), [busy, busyGateway])).toBe(2);
  expect(await requestsFor((queue) => queue.publish(EVENT))).toBe(5);
});

test('the error of publish has the event as it was sent, with its id', async () => {
  const { queue, sent } = clientWith([LOST], { retries: 0 });
  const error = await queue.publish(EVENT).catch((thrown) => thrown);
  expect(error.sent).toEqual({ ...EVENT, deduplication_id: expect.stringMatching(/^[0-9a-f]{32}$/) });
  await queue.publish(error.sent).catch(() => {});
  expect(sent[1]?.init.body).toBe(sent[0]?.init.body);
});

test.each(['cancelAll', 'retryAll'] as const)(
  'the error of %s has the progress and the cursor to go on',
  async (change) => {
    const page = () => Response.json({ changed: 200, more: true, next_cursor: 'next' });
    const { queue, sent } = clientWith([page, page, LOST], { retries: 0 });
    const error = await queue[change]({ tag: 'many' }).catch((thrown) => thrown);
    expect(error.progress).toEqual({ changed: 400, next_cursor: 'next' });
    const { next_cursor: cursor } = error.progress;
    await expect(queue[change]({ tag: 'many', cursor })).rejects.toMatchObject({
      progress: { changed: 0, next_cursor: cursor },
    });
    expect(sent[3]?.init.body).toBe(sent[2]?.init.body);
  },
);

test('an event without a deduplication id does not keep the others of publishAll from being sent again', async () => {
  const { queue, sent } = clientWith([unavailable, () => Response.json({ results: [{ key: KEY }, { key: KEY }] })]);
  const results = await queue.publishAll([EVENT, { ...EVENT, deduplication_id: null }, EVENT]);
  expect(results.map(({ accepted }) => accepted)).toEqual([true, true, true]);
  expect(sent.map(({ init }) => JSON.parse(String(init.body)).events.length)).toEqual([2, 2, 1]);
});

test('a redirect is refused, and the error says where it leads', async () => {
  const headers = { location: 'https://elsewhere.example.com/' };
  const { queue, sent } = clientWith([() => new Response(null, { status: 302, headers })]);
  await expect(queue.stats()).rejects.toMatchObject({
    kind: 'refused',
    status: 302,
    message: expect.stringContaining('redirects to https://elsewhere.example.com/.'),
  });
  expect(sent.length).toBe(1);
  // A browser makes this of every redirect.
  const hidden = { type: 'opaqueredirect', ok: false, status: 0, headers: new Headers(), text: async () => '' };
  const page = new EventQueue({ url: 'https://queue.example.com', key: 'secret', fetch: async () => hidden });
  await expect(page.stats()).rejects.toMatchObject({
    kind: 'refused',
    status: undefined,
    message: expect.stringContaining('https://queue.example.com redirects.'),
  });
});

test('refuses what JSON would change or leave out, at any depth, before anything is sent', async () => {
  const { queue, sent } = clientWith([accepted]);
  class Mail {
    to = 'ada@example.com';
  }
  const refused: readonly (readonly [unknown, string])[] = [
    [new URLSearchParams('a=b'), 'body has a value of the class URLSearchParams'],
    [{ list: [new Map([[1, 2]])] }, '0 has a value of the class Map'],
    [new Blob(['text']), 'body has a value of the class Blob'],
    [{ file: Buffer.from('text') }, 'file has bytes. Send them in base64'],
    [() => 'text', 'body has a function'],
    [Symbol('text'), 'body has a symbol'],
    [{ amount: 1n }, 'amount has a bigint'],
    [Number.NaN, 'body has the number NaN'],
  ];
  for (const [body, reason] of refused) {
    await expect(queue.publish({ ...EVENT, body })).rejects.toThrow(`EventQueue: ${reason}`);
    await expect(queue.publishAll([{ ...EVENT, body }])).rejects.toThrow(`EventQueue: ${reason}`);
    await expect(queue.schedules.create({ every: 60, event: { ...EVENT, body } })).rejects.toThrow(reason);
  }
  // JSON writes an instant that is none as null, which stands for now, and for every event.
  const none = new Date('tomorrow');
  await expect(queue.publish({ ...EVENT, call_url_at: none })).rejects.toThrow(
    'call_url_at has a Date without an instant',
  );
  await expect(queue.cancelAll({ due_before: none })).rejects.toThrow('due_before has a Date without an instant');
  expect(sent).toEqual([]);
  const written = [{}, [], Object.create(null), new Mail(), new Date(0), { none: undefined, also: null }, '', 0, false];
  for (const body of written) await queue.publish({ ...EVENT, body });
  expect(sent.map(({ init }) => JSON.parse(String(init.body)).body)).toEqual(JSON.parse(JSON.stringify(written)));
});

const uses: readonly (readonly [string, (queue: EventQueue) => Promise<unknown>, boolean])[] = [
  ['publish', (queue) => queue.publish(EVENT), true],
  ['publish without a deduplication id', (queue) => queue.publish({ ...EVENT, deduplication_id: null }), false],
  ['publishAll', async (queue) => rejectedIfRefused(await queue.publishAll([EVENT])), true],
  ['get', (queue) => queue.get(KEY), true],
  ['wait', (queue) => queue.wait(KEY), true],
  ['list', (queue) => queue.list().next(), true],
  ['count', (queue) => queue.count(), true],
  ['stats', (queue) => queue.stats(), true],
  ['cancel', (queue) => queue.cancel(KEY), true],
  ['cancelAll', (queue) => queue.cancelAll(), true],
  ['retry', (queue) => queue.retry(KEY), false],
  ['retryAll', (queue) => queue.retryAll(), false],
  ['retryAll of a dry run', (queue) => queue.retryAll({ dry_run: true }), true],
  ['retryAll with a cursor', (queue) => queue.retryAll({ cursor: 'next' }), true],
  ['pause', (queue) => queue.pause(), true],
  ['schedules.put', (queue) => queue.schedules.put('daily', { every: 60, event: EVENT }), true],
  ['schedules.create', (queue) => queue.schedules.create({ every: 60, event: EVENT }), false],
  ['schedules.run', (queue) => queue.schedules.run('daily'), true],
  ['resume', (queue) => queue.resume(), true],
];

test.each(uses)(
  '%s is sent again when it is not known whether it was done, if that is safe',
  async (_, use, isSafe) => {
    for (const answer of [LOST, unavailable] as const) {
      const { queue, sent } = clientWith([answer], { retries: 1 });
      await expect(use(queue)).rejects.toThrow();
      expect(sent.length).toBe(isSafe ? 2 : 1);
    }
  },
);

test.each(uses)('%s is sent again after a 429, which the queue has not seen', async (_, use) => {
  const { queue, sent } = clientWith([throttled], { retries: 1 });
  await expect(use(queue)).rejects.toMatchObject({
    kind: 'refused',
    type: 'about:blank',
    message: 'The request is refused (429). Too Many Requests',
  });
  expect(sent.length).toBe(2);
});

test('sends again only those events of a batch that the queue could not take', async () => {
  const result = await unavailable().json();
  const answer =
    (...results: unknown[]) =>
    () =>
      Response.json({ results });
  const { queue, sent } = clientWith([answer(result, { key: 'one' }, result), answer({ key: 'two' }, result)], {
    retries: 1,
  });
  const results = await queue.publishAll([1, 2, 3].map((id) => ({ ...EVENT, deduplication_id: String(id) })));
  const ids = sent.map(({ init }) =>
    JSON.parse(String(init.body)).events.map((event: { deduplication_id: string }) => event.deduplication_id),
  );
  expect(ids).toEqual([
    ['1', '2', '3'],
    ['1', '3'],
  ]);
  expect(results.map((one) => one.event?.key ?? one.error?.status)).toEqual(['two', 'one', 503]);
});

test('sends no further batch when one fails as a whole', async () => {
  const { queue, sent } = clientWith([LOST], { retries: 0 });
  const results = await queue.publishAll(Array(300).fill(EVENT));
  expect(sent.length).toBe(1);
  expect(results.map((one) => one.error?.kind)).toEqual(Array(300).fill('unreachable'));
});

test('a request that is not answered in time fails as such', async () => {
  const { queue } = clientWith([], {
    timeoutSeconds: 0.01,
    retries: 0,
    fetch: (_, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  });
  await expect(queue.stats()).rejects.toMatchObject({ name: 'EventQueueError', kind: 'timed_out' });
});

test('an answer that is not JSON is not one of a queue', async () => {
  const { queue } = clientWith([() => new Response('<html>')]);
  await expect(queue.stats()).rejects.toMatchObject({ kind: 'invalid_answer', status: 200 });
  const refused = clientWith([() => new Response('<html>', { status: 404 })]);
  await expect(refused.queue.get(KEY)).rejects.toMatchObject({ kind: 'refused', type: 'about:blank', status: 404 });
});

test('a signal ends a request and a pause with its own reason', async () => {
  const reason = new Error('The visitor has left.');
  const aborted = AbortSignal.abort(reason);
  const signalled = clientWith([], {
    fetch: async (_, { signal }) => {
      signal.throwIfAborted();
      return accepted();
    },
  });
  await expect(signalled.queue.publish(EVENT, { signal: aborted })).rejects.toBe(reason);
  await expect(signalled.queue.publishAll([EVENT], { signal: aborted })).rejects.toBe(reason);
  const controller = new AbortController();
  const queue = new EventQueue({
    url: 'https://queue.example.com',
    key: 'secret',
    fetch: async () => {
      setImmediate(() => controller.abort(reason));
      return unavailable({ 'retry-after': '30' });
    },
  });
  await expect(queue.publish(EVENT, { signal: controller.signal })).rejects.toBe(reason);
});

test('sends the key to no other host than that of the queue', async () => {
  const { queue, sent } = clientWith([accepted]);
  await queue.publish(EVENT);
  expect(sent[0]).toMatchObject({
    url: 'https://queue.example.com/events',
    init: { redirect: 'manual', headers: { 'x-api-key': 'secret' } },
  });
});

test('waits for as long as the queue allows in each request, until the event has finished or the time is over', async () => {
  const api = apiClient({ settings: { maxWaitSeconds: 5 } });
  const waits: (string | null)[] = [];
  const queue = new EventQueue(
    {
      url: 'https://queue.example.com',
      key: 'all',
      async fetch(url, { method, body }) {
        const { pathname, searchParams, search } = new URL(url);
        waits.push(searchParams.get('wait'));
        const text = body == null ? {} : { body: String(body) };
        const answering = api.send({ method, path: pathname, query: search.slice(1), ...text });
        const seconds = Number(searchParams.get('wait') ?? 0);
        if (seconds <= 5) await api.clock.moveTo(api.clock.now() + seconds * 1_000);
        const answer = await answering;
        return Response.json(answer.body, { status: answer.status });
      },
    },
    { now: api.clock.now },
  );
  const { key } = await queue.publish({ ...EVENT, call_url_after: 60 });
  expect(await queue.wait(key, { maxSeconds: 12 })).toMatchObject({ key, status: 'waiting_execution' });
  expect(waits).toEqual([null, '12', '6', '3', '3', '3', '3']);
});

test('the address and the key come from the environment, if they are not given', () => {
  const before = { ...process.env };
  try {
    Object.assign(process.env, { EVENT_QUEUE_URL: 'https://queue.example.com/stage/', EVENT_QUEUE_KEY: 'secret' });
    expect(new EventQueue().url).toBe('https://queue.example.com/stage');
    expect(new EventQueue({ url: 'http://127.0.0.1:3000' }).url).toBe('http://127.0.0.1:3000');
  } finally {
    process.env = before;
  }
  expect(() => new EventQueue({ key: 'secret' })).toThrow('Give the url of the queue, or set EVENT_QUEUE_URL.');
  expect(() => new EventQueue({ url: 'http://127.0.0.1' })).toThrow('or set EVENT_QUEUE_KEY.');
  expect(() => new EventQueue({ url: '/api', key: 'secret' })).toThrow('url is /api.');
  expect(() => new EventQueue({ url: 'http://127.0.0.1', key: 'secret\n' })).toThrow('key has a character');
});

test('an address is refused if no path can be added to it, or if it has a user', () => {
  const withUrl = (url: string) => new EventQueue({ url, key: 'secret' });
  expect(withUrl('https://queue.example.com/stage//').url).toBe('https://queue.example.com/stage');
  expect(() => withUrl('https://queue.example.com/?stage=1')).toThrow('Give it without a query and a fragment.');
  expect(() => withUrl('https://queue.example.com/#stage')).toThrow('Give it without a query and a fragment.');
  expect(() => withUrl('https://ada:secret@queue.example.com')).toThrow(/^EventQueue: url has a user/);
});

test('numbers that no timer and no loop can use are refused', async () => {
  for (const timeoutSeconds of [Number.NaN, Infinity, 0, -1, 86_401]) {
    expect(() => clientWith([], { timeoutSeconds })).toThrow(`timeoutSeconds is ${timeoutSeconds}.`);
  }
  for (const retries of [Number.NaN, Infinity, -1, 0.5]) {
    expect(() => clientWith([], { retries })).toThrow(`retries is ${retries}.`);
  }
  const { queue, sent } = clientWith([accepted]);
  for (const maxSeconds of [Number.NaN, -1]) {
    await expect(queue.wait(KEY, { maxSeconds })).rejects.toThrow(`maxSeconds is ${maxSeconds}.`);
  }
  expect(sent).toEqual([]);
});

/** Makes a refused event an error, as every other method does. */
function rejectedIfRefused(results: readonly { readonly error?: Error | undefined }[]): void {
  for (const { error } of results) if (error !== undefined) throw error;
}
