import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openSite } from '../../api/pages/site.ts';
import { MINUTE } from '../../core/durations.ts';
import { type Bundles, invoke, invokeInTurn, synthesize } from '../../verify/shared/bundles.ts';
import { emulatedCloud, type FunctionSurroundings } from '../../verify/shared/emulated-cloud.ts';
import { openReceiver, type Receiver } from '../support/receiver.ts';
import { apiRequest, everyMinute, queueRecords } from '../support/recorded-payloads.ts';

const MOST_BYTES = 600 * 1_024;

let out: string;
let synthesized: Awaited<ReturnType<typeof synthesize>>;
let cloud: Awaited<ReturnType<typeof emulatedCloud>>;
let surroundings: FunctionSurroundings;
let receiver: Receiver;

beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), 'event-queue-synth-'));
  synthesized = await synthesize(join(out, 'first'));
  cloud = await emulatedCloud({ PRIVATE_TARGETS: 'true' });
  surroundings = await cloud.surroundings();
  receiver = await openReceiver((_, response) => response.writeHead(201, { 'x-answer': 'yes' }).end('Danke schön'));
});
afterAll(async () => {
  receiver.close();
  await cloud.close();
  rmSync(out, { recursive: true });
});

test('every function is bundled with all that it needs, in 600 KB', () => {
  const bundles = Object.values(synthesized.bundles);
  expect(bundles).toHaveLength(6);
  for (const { path } of bundles) expect(statSync(path).size).toBeLessThanOrEqual(MOST_BYTES);
});

test('a second synthesis is identical, and needs no credentials', async () => {
  const { template } = await synthesize(join(out, 'second'));
  expect(template).toBe(synthesized.template);
});

describe('the bundles, each run in a process of its own', () => {
  const wish = (fields: object = {}) =>
    Buffer.from(JSON.stringify({ url_to_send_request: `${receiver.url}/hook`, ...fields }));

  test('publish, dispatch, deliver and read', async () => {
    const body = wish({ call_url_after: 600, method: 'PUT', body: { greeting: 'Grüße' }, headers: { 'X-A': '1' } });
    const published = await ask('Publish', { method: 'POST', path: '/events', body, cookies: ['a=1', 'b=2'] });
    expect(published.status).toBe(201);
    expect(await run('Dispatch', everyMinute)).toBeNull();
    expect(await messagesSent()).toEqual([]);

    expect(await run('Dispatch', everyMinute, 9 * MINUTE)).toBeNull();
    const messages = await messagesSent();
    expect(messages.map((text) => JSON.parse(text))).toMatchObject([{ key: published.json.key, attempt: 1 }]);

    expect(await run('Deliver', queueRecords(messages), 10 * MINUTE)).toEqual({ batchItemFailures: [] });
    expect(receiver.callsTo('/hook')).toMatchObject([{ method: 'PUT', headers: { 'x-a': '1' } }]);
    expect(JSON.parse(String(receiver.callsTo('/hook')[0]?.body))).toEqual({ greeting: 'Grüße' });

    const path = `/events/${published.json.key.replaceAll('-', '%2D')}`;
    expect((await ask('Read', { method: 'GET', path, query: 'with=' }, 10 * MINUTE)).status).toBe(422);
    const { json } = await ask('Read', { method: 'GET', path }, 10 * MINUTE);
    expect(json).toMatchObject({
      status: 'success',
      attempts: [{ status_code: 201 }],
      request_response_body: 'Danke schön',
    });
  });

  test('hand the trace on to the receiver', async () => {
    await ask('Publish', {
      method: 'POST',
      path: '/events',
      body: wish({ url_to_send_request: `${receiver.url}/traced` }),
    });
    await run('Deliver', queueRecords(await messagesSent()));
    const [call] = receiver.callsTo('/traced');
    expect(call?.headers.traceparent).toBe('00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01');
  });

  test('deliver messages of an earlier and of a later version, with missing and with unknown fields', async () => {
    for (const path of ['/before', '/after']) {
      await ask('Publish', {
        method: 'POST',
        path: '/events',
        body: wish({ url_to_send_request: receiver.url + path }),
      });
    }
    const [before, after] = (await messagesSent()).map((text) => JSON.parse(text));
    const bodies = [{ key: before.key }, { ...after, priority: 'high', window: { from: 1 } }];
    const { batchItemFailures } = await run('Deliver', queueRecords(bodies.map((body) => JSON.stringify(body))));
    expect(batchItemFailures).toEqual([]);
    expect([receiver.callsTo('/before').length, receiver.callsTo('/after').length]).toEqual([1, 1]);
  });

  test('publish without an API key for a caller that may invoke the function, and cancel', async () => {
    const { statusCode, body } = await run('Publish', { body: String(wish({ call_url_after: 3_600 })) });
    expect(statusCode).toBe(201);
    const path = `/events/${JSON.parse(body).key}`;
    expect((await ask('Manage', { method: 'DELETE', path })).json.status).toBe('cancelled');
  });

  test('say where in the source they failed', async () => {
    const environment = { ...surroundings.environment, SHARDS: 'many' };
    await expect(invoke(synthesized.bundles.Read, { environment, event: {} })).rejects.toThrow(/\/environment\.ts:\d+/);
  });

  test('serve the pages and all that belongs to them', async () => {
    const site = openSite();
    const page = String(site('/docs')?.body);
    const paths = ['/docs', ...[...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path ?? '')];
    expect(paths.length).toBeGreaterThan(2);
    const answers = await runInTurn('Site', ...[...paths, '/nothing'].map(getRequest));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([...paths.map(() => 200), 404]);
    for (const [index, path] of paths.entries()) {
      const known = site(path);
      const sent = Buffer.from(answers[index].body, 'base64');
      if (known) expect(gunzipSync(sent).equals(Buffer.from(known.body))).toBe(true);
    }
  });

  test('serve the console, which was built with them', async () => {
    const answer = await run('Site', getRequest('/console/events'));
    const page = String(gunzipSync(Buffer.from(answer.body, 'base64')));
    expect(page).toContain('<div id="console" data-refresh="10">');
    const files = [...page.matchAll(/(?:src|href)="(\/console\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(files).toEqual([expect.stringMatching(/-[\da-f]{12}\.css$/), expect.stringMatching(/-[\da-f]{12}\.js$/)]);
    for (const { statusCode, headers } of await runInTurn('Site', ...files.map(getRequest)))
      expect([statusCode, headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable']);
  });
});

type Asked = Omit<Parameters<typeof apiRequest>[0], 'headers'>;

async function ask(name: keyof Bundles, asked: Asked, ahead = 0) {
  const headers = { 'x-api-key': cloud.secret, 'content-type': 'application/json; charset=utf-8' };
  const { statusCode, body } = await run(name, apiRequest({ ...asked, headers }), ahead);
  return { status: statusCode as number, json: JSON.parse(body) };
}

function getRequest(path: string) {
  return apiRequest({ method: 'GET', path });
}

async function run(name: keyof Bundles, event: object, ahead = 0) {
  return invoke(synthesized.bundles[name], { environment: environment(), event, ahead });
}

async function runInTurn(name: keyof Bundles, ...events: readonly object[]) {
  return invokeInTurn(synthesized.bundles[name], { environment: environment(), events });
}

function environment() {
  const trace = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
  return { ...surroundings.environment, _X_AMZN_TRACE_ID: trace };
}

let seen = 0;

/** The bodies of the messages that were sent since the last call. */
async function messagesSent(): Promise<readonly string[]> {
  const sent = surroundings.calls.filter(({ action }) => action === 'sqs:SendMessage').slice(seen);
  seen += sent.length;
  return sent.flatMap(({ input }) => (input.Entries as { MessageBody: string }[]).map((one) => one.MessageBody));
}
