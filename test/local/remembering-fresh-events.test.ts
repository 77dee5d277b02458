import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { sqliteTable } from '../../adapters/sqlite-table.ts';
import type { Table } from '../../adapters/table.ts';
import { tableEventStore } from '../../adapters/table-event-store.ts';
import { cancelled, firstProgress, settle } from '../../core/event/lifecycle.ts';
import { rememberingFreshEvents } from '../../local/remembering-fresh-events.ts';
import { eventStoreContract } from '../support/event-store-contract.ts';
import { answered, queuedEvent } from '../support/sample-event.ts';

const AT = Date.parse('2030-01-01T00:00:00.000Z');
const CALL = { startedAt: AT, endedAt: AT + 10, result: answered(500) };

eventStoreContract('SQLite, with fresh events remembered', async () => {
  const table = sqliteTable(undefined);
  return { store: rememberingFreshEvents(tableEventStore(table)), close: table.close };
});

describe('a fresh event', () => {
  test('is found without a read until something is recorded of it', async () => {
    const { store, reads, close } = counted();
    const event = queuedEvent(AT);
    const first = firstProgress(event);
    await store.putEvent(event);
    expect(await store.findEvent(event.key)).toEqual({ event, progress: first });
    expect(reads()).toBe(0);
    const failed = settle(event, first, CALL, 0);
    expect(await store.recordUnlessChanged(event, first, failed)).toBe(true);
    expect((await store.findEvent(event.key))?.progress).toEqual(failed);
    expect(reads()).toBe(2);
    await close();
  });

  test('is found as it was recorded, also while the record is under way', async () => {
    const { store, close } = counted();
    const event = queuedEvent(AT);
    const first = firstProgress(event);
    await store.putEvent(event);
    const cancel = cancelled(event, first, AT);
    expect(await store.recordUnlessChanged(event, first, cancel)).toBe(true);
    expect(await store.recordUnlessChanged(event, first, settle(event, first, CALL, 0))).toBe(false);
    expect((await store.findEvent(event.key))?.progress).toEqual(cancel);
    await close();
  });

  test('is not remembered if its uuid is derived, because it may be put again after it was called', async () => {
    const { store, close } = counted();
    const run = queuedEvent(AT, { key: { dueAt: AT, uuid: '00000000-0000-5000-8000-000000000000' } });
    const cancel = cancelled(run, firstProgress(run), AT);
    await store.recordUnlessChanged(run, firstProgress(run), cancel);
    await store.putEvent(run);
    expect((await store.findEvent(run.key))?.progress).toEqual(cancel);
    await close();
  });

  test('is not found under another instant, nor if it could not be kept', async () => {
    const { store, close } = counted();
    const event = queuedEvent(AT);
    await store.putEvent(event);
    expect(await store.findEvent({ ...event.key, dueAt: AT + 1 })).toBeUndefined();
    await close();
    const broken = rememberingFreshEvents({
      ...store,
      putEvent: () => Promise.reject(new Error('The disk is full.')),
      findEvent: async () => undefined,
    });
    await expect(broken.putEvent(event)).rejects.toThrow('full');
    expect(await broken.findEvent(event.key)).toBeUndefined();
  });

  test('is read again behind a thousand others, and if its body is large', async () => {
    const { store, reads, close } = counted();
    const events = Array.from({ length: 1_001 }, () => queuedEvent(AT, { key: { dueAt: AT, uuid: randomUUID() } }));
    const large = queuedEvent(AT, { body: { kind: 'text', bytes: Buffer.alloc(4_097) } });
    await Promise.all([...events, large].map(store.putEvent));
    for (const event of events) expect(await store.findEvent(event.key)).toBeDefined();
    expect(reads()).toBe(2);
    await store.findEvent(large.key);
    expect(reads()).toBe(4);
    await close();
  });
});

function counted() {
  const table = sqliteTable(undefined);
  let count = 0;
  const get: Table['get'] = (key) => {
    count++;
    return table.get(key);
  };
  return { store: rememberingFreshEvents(tableEventStore({ ...table, get })), reads: () => count, close: table.close };
}
