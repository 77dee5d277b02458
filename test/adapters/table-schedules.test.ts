import { expect, test } from '@jest/globals';
import { sqliteTable } from '../../adapters/sqlite-table.ts';
import { tableSchedules } from '../../adapters/table-schedules.ts';
import { HOUR, SECOND } from '../../core/durations.ts';
import { openTable } from '../support/event-store-contract.ts';
import { memorySchedules } from '../support/memory-schedules.ts';
import { openDynalite } from '../support/open-dynalite.ts';
import { sampleSchedule, scheduleStoreContract } from '../support/schedule-store-contract.ts';

const DELETED = Date.parse('2030-01-01T00:00:00.250Z');

scheduleStoreContract('dynalite', async () => {
  const { client, close } = await openDynalite();
  return { schedules: tableSchedules(await openTable(client)), close };
});

scheduleStoreContract('SQLite', async () => {
  const table = sqliteTable(undefined);
  return { schedules: tableSchedules(table), close: table.close };
});

/** The store in memory takes the place of a database in the tests of core, so it must pass the same contract. */
scheduleStoreContract('memory', async () => ({ schedules: memorySchedules(), close: async () => {} }));

test('a deleted schedule and its entry expire an hour later, unless it was made again meanwhile', async () => {
  const table = sqliteTable(undefined);
  const schedules = tableSchedules(table);
  const [one, other] = [sampleSchedule('one'), sampleSchedule('other')];
  for (const schedule of [one, other]) {
    await schedules.putEntry(schedule);
    await schedules.save(undefined, schedule);
    await schedules.save(schedule, { ...schedule, version: 2, deletedAt: DELETED });
  }
  await schedules.putEntry({ ...other, version: 3 });
  for (const { id } of [one, other])
    await schedules.removeEntry(sampleSchedule(id, { version: 2, deletedAt: DELETED }));
  const expiries = async (pk: string, sk: string) => (await table.get({ pk, sk }))?.expires_at;
  const inAnHour = Math.ceil((DELETED + HOUR) / SECOND);
  expect(await expiries('schedule#one', 'schedule')).toBe(inAnHour);
  expect(await expiries('schedules', 'one')).toBe(inAnHour);
  expect(await expiries('schedules', 'other')).toBeUndefined();
  await table.close();
});

test('schedules and their entries are items of format 2, which the version before passes over', async () => {
  const table = sqliteTable(undefined);
  const schedules = tableSchedules(table);
  await schedules.putEntry(sampleSchedule('one'));
  await schedules.save(undefined, sampleSchedule('one'));
  expect((await table.get({ pk: 'schedules', sk: 'one' }))?.format).toBe(2);
  expect((await table.get({ pk: 'schedule#one', sk: 'schedule' }))?.format).toBe(2);
  await table.close();
});
