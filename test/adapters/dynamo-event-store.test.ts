import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { test } from '@jest/globals';
import { dynamoEventStore } from '../../adapters/dynamo-event-store.ts';
import { embeddedTable } from '../../local/embedded-table.ts';
import { memoryEventStore } from '../memory-event-store.ts';
import { clientOf, closed, type Database, freePort, openDynalite } from '../open-dynalite.ts';
import { eventStoreContract, eventTableContract, openEventStore } from './event-store-contract.ts';

const DYNOXIDE = fileURLToPath(new URL('../../node_modules/@dynoxide/linux-x64/dynoxide', import.meta.url));
const STARTS_WITHIN = 10_000;

eventStoreContract('dynalite', () => storeOn(openDynalite()));
eventTableContract('dynalite', openDynalite);

eventStoreContract('the embedded table', async () => {
  const table = await embeddedTable(undefined);
  return { store: dynamoEventStore(table), close: table.close };
});

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
