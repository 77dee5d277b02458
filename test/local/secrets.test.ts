import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type SqliteTable, sqliteTable } from '../../adapters/sqlite-table.ts';
import { createApiKey } from '../../adapters/table-api-keys.ts';
import { positionOf } from '../../core/event/entry.ts';
import { parsePublicKey, shardOf } from '../../core/event/event-key.ts';
import { type ServingProcess, serveInProcess } from '../../verify/shared/local-process.ts';
import { badReceivers } from '../support/bad-receivers.ts';
import { finishedEvent, publish } from '../support/http-client.ts';
import { badRequests, eventWithSecrets, planted, secretsIn } from '../support/planted-secrets.ts';

const WHOLE_TIME = 30_000;

let folder: string;
let queue: ServingProcess;
let receivers: Awaited<ReturnType<typeof badReceivers>>;
let apiKey: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'event-queue-'));
  queue = await serveInProcess(['--data', folder]);
  receivers = await badReceivers();
  const key = { label: 'web', scopes: ['publish', 'read', 'manage'] } as const;
  apiKey = await onTable((table) => createApiKey(table, key, Date.now()));
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

    spoil(events[0]?.key ?? '');
    expect(await ask('GET', `/events/${events[0]?.key}`)).toBe(503);

    const late = { call_url_after: 3 };
    const waiting = await Promise.all(receivers.urls.map((url) => publish(queue.url, eventWithSecrets(url, late))));
    dropTable();
    await Promise.allSettled([
      ask('POST', '/events', JSON.stringify(eventWithSecrets(receivers.urls[0] ?? ''))),
      ...waiting.flatMap(({ key }) => [ask('GET', `/events/${key}`), ask('DELETE', `/events/${key}`)]),
    ]);
    expect(await queue.ended).toBe(1);
    expect(queue.printed()).toMatch(/^The database \S+events\.db cannot be used \(SQLite error 1\)\./m);
    expect(queue.printed()).toMatch(/^SyntaxError: /m);

    expect(secretsIn(queue.printed(), { ...planted, apiKey })).toEqual([]);
  },
  WHOLE_TIME,
);

async function ask(method: string, path: string, body?: string, headers: object = {}): Promise<number> {
  const init = { method, headers: { 'x-api-key': apiKey, 'content-type': 'application/json', ...headers } };
  return (await fetch(`${queue.url}${path}`, { ...init, ...(body !== undefined && { body }) })).status;
}

/** Makes an event unreadable. The error of the JSON parser quotes the text that is no JSON. */
function spoil(key: string): void {
  const event = parsePublicKey(key) ?? { dueAt: 0, uuid: '' };
  const database = new DatabaseSync(join(folder, 'events.db'), { timeout: WHOLE_TIME });
  const spoiled = database.prepare('UPDATE items SET document = ? WHERE pk = ? AND sk = ?');
  expect(spoiled.run(planted.body, `shard#${shardOf(event.uuid)}`, positionOf(event)).changes).toBe(1);
  database.close();
}

/** Breaks the table, so that every request fails from now on that needs it. */
function dropTable(): void {
  const database = new DatabaseSync(join(folder, 'events.db'), { timeout: WHOLE_TIME });
  database.exec('DROP TABLE items');
  database.close();
}

async function onTable<Result>(act: (table: SqliteTable) => Promise<Result>): Promise<Result> {
  const table = sqliteTable(join(folder, 'events.db'));
  return act(table).finally(table.close);
}
