import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createApiKey } from '../../adapters/dynamo-api-keys.ts';
import { type ServingProcess, serveInProcess } from '../../bench/workers/local-process.ts';
import { positionOf } from '../../core/entry.ts';
import { parsePublicKey, shardOf } from '../../core/event-key.ts';
import { announcedAddress } from '../../local/data-folder.ts';
import { tableAt } from '../../local/embedded-table.ts';
import { badReceivers } from '../bad-receivers.ts';
import { badRequests, eventWithSecrets, planted, secretsIn } from '../planted-secrets.ts';
import { eventually, finishedEvent, publish } from './http-client.ts';

const WHOLE_TIME = 30_000;

let folder: string;
let queue: ServingProcess;
let receivers: Awaited<ReturnType<typeof badReceivers>>;
let apiKey: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'event-queue-'));
  queue = await serveInProcess(['--data', folder]);
  receivers = await badReceivers();
  const table = tableAt(await announcedAddress(folder));
  apiKey = await createApiKey(table, { label: 'web', scopes: ['publish', 'read', 'manage'] }, Date.now());
  table.close();
}, WHOLE_TIME);
afterAll(async () => {
  queue.kill('SIGKILL');
  await queue.ended;
  receivers.close();
  rmSync(folder, { recursive: true });
});

test(
  'what the queue on this machine prints holds no secret that was sent, answered or refused, whatever fails',
  async () => {
    const events = await Promise.all(receivers.urls.map((url) => publish(queue.url, eventWithSecrets(url))));
    await Promise.all(events.map(({ key }) => finishedEvent(queue.url, key)));
    for (const [method, path, headers, body] of badRequests) await ask(method, path, body, headers);
    expect(await Promise.all(['/events', '/stats'].map((path) => ask('GET', path)))).toEqual([200, 200]);

    await spoil(events[0]?.key ?? '');
    expect(await ask('GET', `/events/${events[0]?.key}`)).toBe(503);

    const late = { call_url_after: 3 };
    const waiting = await Promise.all(receivers.urls.map((url) => publish(queue.url, eventWithSecrets(url, late))));
    await deleteTable();
    const statuses = await Promise.all([
      ask('POST', '/events', JSON.stringify(eventWithSecrets(receivers.urls[0] ?? ''))),
      ...waiting.flatMap(({ key }) => [ask('GET', `/events/${key}`), ask('DELETE', `/events/${key}`)]),
      ask('GET', '/events'),
      ask('GET', '/stats'),
    ]);
    expect(new Set(statuses)).toEqual(new Set([503]));
    await eventually(async () => expect(failures().length).toBeGreaterThan(statuses.length + waiting.length));
    queue.kill('SIGTERM');
    expect(await queue.ended).toBe(0);

    expect(secretsIn(queue.printed(), { ...planted, apiKey })).toEqual([]);
  },
  WHOLE_TIME,
);

function failures(): readonly string[] {
  return queue.printed().match(/^ResourceNotFoundException: Requested resource not found$/gm) ?? [];
}

async function ask(method: string, path: string, body?: string, headers: object = {}): Promise<number> {
  const init = { method, headers: { 'x-api-key': apiKey, 'content-type': 'application/json', ...headers } };
  return (await fetch(`${queue.url}${path}`, { ...init, ...(body !== undefined && { body }) })).status;
}

/** Makes an event unreadable: a parser says of what is no JSON what it is. */
async function spoil(key: string): Promise<void> {
  const event = parsePublicKey(key) ?? { dueAt: 0, uuid: '' };
  const table = tableAt(await announcedAddress(folder));
  const item = { pk: `shard#${shardOf(event.uuid)}`, sk: positionOf(event) };
  await table.set(item, 'body', { kind: 'json', bytes: Buffer.from(planted.body) });
  table.close();
}

/** Everything that needs the table fails from now on. */
async function deleteTable(): Promise<void> {
  const { endpoint, accessKeyId } = await announcedAddress(folder);
  const credentials = { accessKeyId, secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'local', credentials });
  await client.send(new DeleteTableCommand({ TableName: 'events' }));
  client.destroy();
}
