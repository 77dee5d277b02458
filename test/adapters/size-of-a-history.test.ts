import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { sqliteTable } from '../../adapters/sqlite-table.ts';
import type { Item } from '../../adapters/table.ts';
import { tableEventStore } from '../../adapters/table-event-store.ts';
import { MINUTE } from '../../core/durations.ts';
import { firstProgress, settle } from '../../core/event/lifecycle.ts';
import type { CallResult, Crashed, Waiting } from '../../core/event/progress.ts';
import { answered, queuedEvent } from '../support/sample-event.ts';

const DUE = 1_893_456_789_123;
const ATTEMPTS = 60;

const crashed: Crashed = {
  outcome: 'crashed',
  error: 'The process that made the call died. What the receiver did is unknown.',
};
const closed: CallResult = { outcome: 'unreachable', error: 'The connection was closed before an answer came.' };
const told: CallResult = { ...answered(503, [], 'é'.repeat(2_048)), requests: 2 };

const lastThree = (others: CallResult | Crashed, last: CallResult) => (n: number) => (n < ATTEMPTS - 3 ? others : last);

test.each<[name: string, result: (n: number) => CallResult | Crashed, excerpts: number]>([
  ['answered at length', () => told, 3],
  ['answered in other scripts', (n) => answered(500, [], (['x', '鍵', '😀'][n % 3] ?? '').repeat(1_024)), 3],
  ['binary', () => answered(500, [], '\0'.repeat(2_048)), 3],
  ['closed and answered in turn', (n) => (n % 2 === 0 ? closed : told), 2],
  ['closed, and answered at last', lastThree(closed, told), 2],
  ['of dead processes, and answered at last', lastThree(crashed, told), 1],
])('an event whose attempts are all %s stays within 4 KB beside its last answer', async (_, result, excerpts) => {
  const { progress, item } = await recorded(result);
  expect(progress.attempts).toHaveLength(20);
  expect(progress.attempts.filter(({ excerpt }) => excerpt !== undefined)).toHaveLength(excerpts);
  expect(sizeOf(item)).toBeLessThanOrEqual(4_096);
});

/** The progress of an event after sixty attempts, and the item that a deliverer puts who claims the next one. */
async function recorded(result: (n: number) => CallResult | Crashed) {
  const event = queuedEvent(DUE, { maxTryCount: 1_000, key: { dueAt: DUE, uuid: randomUUID() } });
  let progress = firstProgress(event);
  for (let n = 0; n < ATTEMPTS; n++) {
    const call = { startedAt: DUE + n * MINUTE + 12_345, endedAt: DUE + n * MINUTE + 18_345, result: result(n) };
    progress = settle(event, progress, call, 0.5) as Waiting;
  }
  const items: Item[] = [];
  const table = sqliteTable(undefined);
  const store = tableEventStore({ ...table, putIf: async (item) => items.push(item) > 0 });
  const { lastAnswer, ...history } = progress;
  const claim = { attempt: ATTEMPTS + 1, by: randomUUID(), startedAt: DUE, until: DUE + MINUTE };
  await store.recordUnlessChanged(event, progress, { ...history, claim });
  await table.close();
  const [item] = items;
  if (item === undefined) throw new Error('Nothing was put.');
  return { progress, item: { ...item, write: randomUUID() } };
}

/**
 * The size of a value in DynamoDB, in bytes.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
function sizeOf(value: unknown, isNested = false): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 1;
  if (typeof value === 'boolean') return 1;
  if (typeof value !== 'object' || value === null) return 0;
  const parts = Array.isArray(value)
    ? value.map((part) => 1 + sizeOf(part, true))
    : Object.entries(value).map(([name, part]) => (isNested ? 1 : 0) + Buffer.byteLength(name) + sizeOf(part, true));
  return parts.reduce((sum, size) => sum + size, isNested ? 3 : 0);
}
