import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { test } from '@jest/globals';
import { sqliteTable } from '../../adapters/sqlite-table.ts';
import { tableEventStore } from '../../adapters/table-event-store.ts';
import { openFaultProxy } from '../../verify/chaos/fault-proxy.ts';
import { weather } from '../../verify/chaos/faults.ts';
import { seededChance } from '../../verify/shared/seeded-chance.ts';
import { eventStoreContract, eventTableContract, openEventStore, openTable } from '../support/event-store-contract.ts';
import { memoryEventStore } from '../support/memory-event-store.ts';
import { clientOf, closed, type Database, freePort, openDynalite } from '../support/open-dynalite.ts';
import { tableContract } from '../support/table-contract.ts';

const DYNOXIDE = fileURLToPath(new URL('../../node_modules/@dynoxide/linux-x64/dynoxide', import.meta.url));
const STARTS_WITHIN = 10_000;

eventStoreContract('dynalite', () => storeOn(openDynalite()));
eventTableContract('dynalite', openDynalite);
tableContract('dynalite', () => tableOn(openDynalite()));

eventStoreContract('dynalite behind faults', () => storeOn(openDynaliteBehindFaults()));
tableContract('dynalite behind faults', () => tableOn(openDynaliteBehindFaults()));

eventStoreContract('SQLite in memory', async () => {
  const table = sqliteTable(undefined);
  return { store: tableEventStore(table), close: table.close };
});

eventStoreContract('SQLite on disk', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'event-queue-store-'));
  const table = sqliteTable(join(folder, 'events.db'));
  const close = async () => {
    await table.close();
    rmSync(folder, { recursive: true });
  };
  return { store: tableEventStore(table), close };
});

if (existsSync(DYNOXIDE)) {
  eventStoreContract('dynoxide', () => storeOn(openDynoxide()));
  eventTableContract('dynoxide', openDynoxide);
  tableContract('dynoxide', () => tableOn(openDynoxide()));
} else {
  process.stdout.write('dynoxide is not installed here: the event store is tested on dynalite alone.\n');
  test.skip('an event store on dynoxide', () => {});
}

/** The store in memory takes the place of a database in the tests of core, so it must pass the same contract. */
eventStoreContract('memory', async () => ({ store: memoryEventStore(), close: async () => {} }));

async function tableOn(database: Promise<Database>) {
  const { client, close } = await database;
  return { table: await openTable(client), close };
}

async function storeOn(database: Promise<Database>) {
  const { client, close } = await database;
  return { store: await openEventStore(client), close };
}

/**
 * A database that throttles one request in seven, answers it slowly, cuts it off before or after it is done, or does it
 * in part. The SDK repeats such a request.
 */
async function openDynaliteBehindFaults(): Promise<Database> {
  const chance = seededChance(7);
  const { client: direct, close } = await openDynalite();
  const endpoint = await direct.config.endpoint?.();
  const target = `http://127.0.0.1:${endpoint?.port}`;
  const proxy = await openFaultProxy({ part: 'table', target, weather: weather(1 / 7, chance, 0), chance, note() {} });
  const client = clientOf(Number(new URL(proxy.url).port), { maxAttempts: 10 });
  return {
    client,
    async close() {
      client.destroy();
      proxy.close();
      await close();
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
