import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { test } from '@jest/globals';
import dynalite from 'dynalite';
import { memoryEventStore } from '../memory-event-store.ts';
import { type Database, eventStoreContract, eventTableContract, openEventStore } from './event-store-contract.ts';

const DYNOXIDE = fileURLToPath(new URL('../../node_modules/@dynoxide/linux-x64/dynoxide', import.meta.url));
const STARTS_WITHIN = 10_000;

eventStoreContract('dynalite', () => storeOn(openDynalite()));
eventTableContract('dynalite', openDynalite);

if (existsSync(DYNOXIDE)) {
  eventStoreContract('dynoxide', () => storeOn(openDynoxide()));
  eventTableContract('dynoxide', openDynoxide);
} else {
  process.stdout.write('dynoxide is not installed here: the event store is tested on dynalite alone.\n');
  test.skip('an event store on dynoxide', () => {});
}

/** Stands in for a database in the tests of core, and so must keep the same promises. */
eventStoreContract('memory', async () => ({ store: memoryEventStore(), close: async () => {} }));

async function storeOn(database: Promise<Database>) {
  const { client, close } = await database;
  return { store: await openEventStore(client), close };
}

async function openDynalite(): Promise<Database> {
  const server = dynalite({ createTableMs: 0 });
  const port = await freePort(server);
  const client = clientOf(port);
  return {
    client,
    async close() {
      client.destroy();
      await closed(server);
    },
  };
}

async function openDynoxide(): Promise<Database> {
  const reserved = createServer();
  const port = await freePort(reserved);
  await closed(reserved);
  const child = spawn(DYNOXIDE, ['--host', '127.0.0.1', '--port', String(port)], { stdio: 'ignore' });
  await answering(port, child);
  const client = clientOf(port);
  return {
    client,
    async close() {
      client.destroy();
      child.kill();
      await once(child, 'exit');
    },
  };
}

async function answering(port: number, child: ChildProcess): Promise<void> {
  const giveUpAt = Date.now() + STARTS_WITHIN;
  while (Date.now() < giveUpAt && child.exitCode === null) {
    const answer = await fetch(`http://127.0.0.1:${port}`).catch(() => undefined);
    if (answer !== undefined) return;
    await sleep(10);
  }
  child.kill();
  throw new Error(`dynoxide did not answer on port ${port} within ${STARTS_WITHIN} ms.`);
}

async function freePort(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

function clientOf(port: number): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}
