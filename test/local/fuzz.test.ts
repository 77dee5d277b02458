import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { examples } from '../../api/examples.ts';
import { runProcess, type ServingProcess, serveInProcess } from '../../verify/shared/local-process.ts';
import { eventually, publish } from '../support/http-client.ts';
import { openReceiver, type Receiver } from '../support/receiver.ts';

const MAIN = fileURLToPath(new URL('../../local/main.ts', import.meta.url));
/** The number of requests. More are sent by `REQUESTS=50000 npm run jest -- test/local/fuzz`. */
const REQUESTS = Number(process.env.REQUESTS ?? 5_000);
/**
 * The number of requests after which memory no longer grows; until then, garbage collector and allocator still take
 * more.
 */
const WARM_UP = (2 * REQUESTS) / 5;
const AT_ONCE = 50;
/** The number of events that come due during the requests, and must be called as if there were no requests. */
const EVENTS = 50;
const MIB = 1_024 * 1_024;
const MOST_GROWTH = 128 * MIB;

let keyThatCancelsNothing: string;
let folder: string;
let queue: ServingProcess;
let receiver: Receiver;
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'event-queue-'));
  receiver = await openReceiver((_, response) => response.end());
  queue = await serveInProcess(['--data', folder]);
  const made = runProcess(process.execPath, [
    MAIN,
    'keys',
    'create',
    '--label',
    'fuzz',
    '--scopes',
    'publish,read',
    '--data',
    folder,
  ]);
  keyThatCancelsNothing = await made.sees(/eq_\S+/);
});
afterAll(async () => {
  agent.destroy();
  queue.kill('SIGTERM');
  await queue.ended;
  receiver.close();
  rmSync(folder, { recursive: true });
});

test(`${REQUESTS} malformed requests are each answered, none with a failure, and events are called meanwhile`, async () => {
  const due = await Promise.all(
    Array.from({ length: EVENTS }, (_, n) =>
      publish(queue.url, { url_to_send_request: `${receiver.url}/due/${n}`, call_url_after: 1 + n / 5 }),
    ),
  );
  const statuses = new Map<number, number>();
  const send = async (fuzzed: Fuzzed) => {
    const status = await statusOf(queue.url, fuzzed);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status < 200 || status >= 500) throw new Error(`It was answered ${status}: ${queue.printed().slice(-1_000)}`);
  };
  const sendAll = async (count: number, key: string) => {
    const requests = fc.array(fuzzedRequest(key), { minLength: AT_ONCE, maxLength: AT_ONCE });
    const property = fc.asyncProperty(requests, async (some) => void (await Promise.all(some.map(send))));
    await fc.assert(property, { numRuns: count / AT_ONCE, endOnFailure: true });
  };
  await sendAll(WARM_UP, keyThatCancelsNothing);
  const memory = ownMemory();
  await sendAll((4 * REQUESTS) / 5 - WARM_UP, keyThatCancelsNothing);
  await eventually(async () =>
    // The paths are compared as a set, because a call that times out on a busy machine is made again.
    expect(new Set(receiver.calls.map(({ path }) => path).filter((path) => path.startsWith('/due'))).size).toBe(EVENTS),
  );
  for (const { url_to_send_request, timestamp_for_execution_to_start } of due) {
    const [call] = receiver.callsTo(new URL(url_to_send_request).pathname);
    const late = (call?.at ?? Number.POSITIVE_INFINITY) - timestamp_for_execution_to_start * 1_000;
    expect(late).toBeGreaterThanOrEqual(0);
  }
  await sendAll(REQUESTS / 5, 'demo');
  await send(tooLong);
  expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 201, 400, 401, 403, 404, 405, 413, 415, 422]));
  expect(ownMemory() - memory).toBeLessThan(MOST_GROWTH);
});

type Fuzzed = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
};

/** A request to a route that would accept it if it were shorter. Chance alone may send none. */
const tooLong: Fuzzed = {
  method: 'POST',
  path: '/events',
  headers: { 'x-api-key': 'demo', 'content-type': 'application/json' },
  body: Buffer.alloc(3 * MIB, '['),
};

/** Valid requests, and requests with other methods, paths, headers, types, sizes, characters and depths. */
function fuzzedRequest(key: string): fc.Arbitrary<Fuzzed> {
  const good = often(fc.constant('application/json'), fc.constant('text/plain')).map((type) => ({
    'x-api-key': key,
    'content-type': type,
  }));
  return fc.record({
    method: often(fc.constantFrom('GET', 'POST', 'DELETE'), fc.constantFrom('PUT', 'PATCH', 'HEAD', 'OPTIONS')),
    path: often(fuzzedPath(), fc.webPath()),
    headers: often(good, fc.dictionary(headerName(), headerValue(), { maxKeys: 20 })).map((headers) => ({
      ...headers,
    })),
    body: often(fuzzedJson(), fuzzedBytes()),
  });
}

function fuzzedPath(): fc.Arbitrary<string> {
  const keys = fc.constantFrom(examples.get.input.key, 'x', '%00', '%', '..', '%2e%2e%2f', '0'.repeat(5_000));
  const paths = [
    '/events',
    '/events/batch',
    '/events/count',
    '/events/cancel',
    '/events/retry',
    '/events/KEY',
    '/events/KEY/retry',
    '/stats',
    '/health',
    '/get-event',
    '/get-count-of-events',
    '/receive-event',
    '/openapi.json',
    '/',
  ];
  const names = [
    'limit',
    'cursor',
    'status',
    'tag',
    'due_after',
    'due_before',
    'event_key',
    'range',
    'max_count_of_fetch_requests',
    '__proto__',
    'password',
  ];
  const value = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('1', '-1', '1e9', 'NaN', 'hour', '2030-01-01T00:00:00Z'),
  );
  const query = fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 5 });
  return fc.tuple(fc.constantFrom(...paths), keys, query).map(([path, key, pairs]) => {
    const text = pairs.map(([name, one]) => `${name}=${encodeURIComponent(one.toWellFormed())}`).join('&');
    return `${path.replace('KEY', key)}?${text}`;
  });
}

/** A valid body with some of its fields changed. URLs lead only to this machine. */
function fuzzedJson(): fc.Arbitrary<string> {
  const event = {
    ...examples.publish.input,
    call_url_at: null,
    method: 'POST',
    body_base64: null,
    max_try_count: 1,
    retry_backoff: 'fixed',
    deduplication_id: null,
    url_to_send_request: `${receiver.url}/fuzzed`,
  };
  const inputs = [event, { events: [event, event] }, [event], examples.bulk.input, {}];
  const deep = fc
    .constantFrom('['.repeat(3_000) + ']'.repeat(3_000), `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`)
    .map(JSON.parse);
  const strange = fc.oneof(
    { weight: 8, arbitrary: fc.jsonValue({ stringUnit: 'binary' }) },
    { weight: 4, arbitrary: fc.double() },
    { weight: 2, arbitrary: fc.constantFrom(1e308, -0, 2 ** 53, '\ud800', '\u0000', '__proto__', [], {}, null) },
    { weight: 1, arbitrary: fc.constantFrom('x'.repeat(10_000), '😀'.repeat(5_000)) },
    { weight: 1, arbitrary: deep },
  );
  const changes = fc.dictionary(
    fc.oneof(fc.constantFrom(...Object.keys(event), 'events', 'cursor', 'status'), fc.string()),
    strange,
    { maxKeys: 3 },
  );
  return fc
    .tuple(fc.constantFrom(...inputs), changes)
    .map(([input, changed]) => JSON.stringify(changedIn(input, changed)));
}

function changedIn(input: unknown, { url_to_send_request, ...changes }: Record<string, unknown>): unknown {
  if (Array.isArray(input)) return input.map((one) => changedIn(one, changes));
  const url =
    typeof url_to_send_request === 'string' && /^\s*http/i.test(url_to_send_request) ? {} : { url_to_send_request };
  return { ...(input as object), ...(url_to_send_request === undefined ? {} : url), ...changes };
}

function fuzzedBytes(): fc.Arbitrary<string | Buffer> {
  return fc.oneof(
    { weight: 20, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
    { weight: 20, arbitrary: fc.string({ unit: 'binary' }) },
    { weight: 20, arbitrary: fc.json({ stringUnit: 'binary' }) },
    { weight: 1, arbitrary: fc.constantFrom(Buffer.alloc(3 * MIB, '['), Buffer.alloc(3 * MIB, '"')) },
  );
}

const headerName = () =>
  fc.oneof(
    fc.constantFrom('x-api-key', 'content-type', 'authorization', 'idempotency-key', '__proto__'),
    fc
      .stringMatching(/^[a-z-]{1,20}$/)
      .filter(
        (name) =>
          !/^(host|connection|content-length|transfer-encoding|expect|upgrade|te|trailer|keep-alive)$/.test(name),
      ),
  );
const headerValue = () => fc.oneof(fc.constantFrom('application/json', ''), fc.stringMatching(/^[ -~]{0,200}$/));

function often<Usual, Rare>(usual: fc.Arbitrary<Usual>, rare: fc.Arbitrary<Rare>): fc.Arbitrary<Usual | Rare> {
  return fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: rare });
}

function statusOf(url: string, { method, path, headers, body }: Fuzzed): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/`, {
      method,
      path,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      agent,
    });
    sent.once('error', reject).once('response', (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    });
    sent.end(body);
  });
}

/** The memory of a process in bytes, without the files that it maps. */
function ownMemory(): number {
  const [, kilobytes] = /RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${queue.pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1_024;
}
