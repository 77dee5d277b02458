import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PAGE, tableEventStore } from '../../adapters/table-event-store.ts';
import { MOST_SHARDS } from '../../core/dispatch/dispatcher.ts';
import { inShard } from '../../core/event/event-key.ts';
import { openRuntime } from '../../lambdas/runtime/open-runtime.ts';
import { emulatedCloud } from '../../verify/shared/emulated-cloud.ts';
import { captureLines } from '../support/captured-lines.ts';
import { queuedEvent, wantedEvent } from '../support/sample-event.ts';

/**
 * The number of requests to SQS that are needed to send a message for every entry that a cursor reads at the same time.
 * One request has at most ten messages.
 */
const REQUESTS = (MOST_SHARDS * PAGE) / 10;

let aws: Awaited<ReturnType<typeof emulatedCloud>>;
let sqs: Awaited<ReturnType<typeof answeringTogether>>;
let captured: ReturnType<typeof captureLines>;

beforeAll(async () => {
  captured = captureLines();
  aws = await emulatedCloud();
  sqs = await answeringTogether(REQUESTS);
});
afterAll(async () => {
  sqs.close();
  await aws.close();
  captured.restore();
});

test('all that the dispatcher reads at once it sends at once, and no request waits for the connection of another', async () => {
  const { environment } = await aws.surroundings();
  const here = { SHARDS: String(MOST_SHARDS), QUEUE_URL: `${sqs.url}/1/due`, AWS_ENDPOINT_URL_SQS: sqs.url };
  const { dispatch } = openRuntime(Object.assign(process.env, environment, here));
  const dueAt = Date.now() + 900;
  const events = Array.from({ length: MOST_SHARDS * PAGE }, (_, n) => {
    const uuid = inShard(`00000000-0000-4000-8000-${String(n).padStart(12, '0')}`, n % MOST_SHARDS);
    return queuedEvent(dueAt, { key: { dueAt, uuid } });
  });
  await Promise.all(events.map(tableEventStore(aws.table).putEvent));
  await dispatch();
  expect(sqs.answered()).toEqual([REQUESTS]);
});

test.each([
  ['that was idle for less than ten seconds is used again', 9_000, 1],
  ['that was idle for longer is not: AWS may have closed it while the process was frozen', 10_000, 2],
])('a connection to SQS %s', async (_, idle, connections) => {
  const { environment } = await aws.surroundings();
  const counting = await answeringTogether(1);
  const here = { QUEUE_URL: `${counting.url}/1/due`, AWS_ENDPOINT_URL_SQS: counting.url };
  let skipped = 0;
  const runtime = openRuntime({ ...process.env, ...environment, ...here }, { now: () => Date.now() + skipped });
  const publish = runtime.withTelemetry(() => runtime.queue.publish(wantedEvent(), 'web'));
  await publish();
  skipped = idle;
  await publish();
  counting.close();
  expect(counting.answered()).toEqual([1, 1]);
  expect(counting.connections()).toBe(connections);
});

/**
 * Opens a server that stands in for SQS. It holds requests to send messages until `count` of them have arrived, and
 * then answers these together.
 */
async function answeringTogether(count: number) {
  const answered: number[] = [];
  let held: (() => void)[] = [];
  const server = createServer(async (request, response) => {
    const input = JSON.parse(String(Buffer.concat(await request.toArray())));
    held.push(() => answer(response, { Successful: input.Entries.map(taken) }));
    if (held.length < count) return;
    answered.push(held.length);
    for (const release of held) release();
    held = [];
  }).listen(0, '127.0.0.1');
  let connections = 0;
  server.on('connection', () => connections++);
  await once(server, 'listening');
  return {
    connections: () => connections,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /**
     * Returns a list with one number for each time at which the server answered: how many requests it answered then.
     */
    answered: () => answered,
    close: () => server.close().closeAllConnections(),
  };
}

function taken({ Id, MessageBody }: { readonly Id: string; readonly MessageBody: string }) {
  return { Id, MessageId: Id, MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex') };
}

function answer(response: ServerResponse, output: object): void {
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(output));
}
