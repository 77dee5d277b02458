import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { runProcess } from '../../../verify/shared/local-process.ts';

const CHAOS = fileURLToPath(new URL('../../../verify/chaos/main.ts', import.meta.url));

test('killed five times while 500 events are published, the queue loses nothing and repeats only what was in flight', async () => {
  const { ended, printed } = runProcess(process.execPath, [
    CHAOS,
    '--events',
    '500',
    '--kills',
    '5',
    '--schedules',
    '0',
  ]);
  const exitCode = await ended;
  expect(printed()).toMatch(/^lost +0$/m);
  expect(exitCode === 0 ? '' : printed()).toBe('');
});

test('workers killed 10 times among faults while 500 events are published lose nothing and repeat only what was not recorded', async () => {
  const { ended, printed } = runProcess(process.execPath, [CHAOS, '--workers', '--events', '500', '--kills', '10']);
  const exitCode = await ended;
  expect(printed()).toMatch(/^lost +0$/m);
  expect(exitCode === 0 ? '' : printed()).toBe('');
  const happened = printed().match(/^(table|queue): .* [1-9]\d*$/gm);
  expect(happened).toHaveLength(10);
});

test.each([
  [['--events', 'many'], '--events takes a whole number, not many.'],
  [['--workers', '--table-faults', 'some'], '--table-faults takes a whole number, not some.'],
  [['--workers', '--schedules', '1'], '--workers and --schedules do not go together.'],
  [['--bogus'], "Unknown option '--bogus'"],
])('a wrong option %j is named', async (args, message) => {
  const { ended, printed } = runProcess(process.execPath, [CHAOS, ...args]);
  expect(await ended).toBe(2);
  expect(printed()).toContain(message);
});
