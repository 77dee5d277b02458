import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { runProcess } from '../../../verify/shared/local-process.ts';
import { steadiness } from '../../../verify/shared/steadiness.ts';
import type { SoakReport } from '../../../verify/soak/soak-run.ts';
import { soakVerdicts } from '../../../verify/soak/soak-verdict.ts';
import type { Holdings } from '../../../verify/soak/watched-process.ts';

const SOAK = fileURLToPath(new URL('../../../verify/soak/main.ts', import.meta.url));
const MIB = 1_024 * 1_024;
const COUNT = 100;

const values = (of: (share: number, index: number) => number) =>
  Array.from({ length: COUNT }, (_, index) => of(index / COUNT, index));

describe('what is held is', () => {
  const tolerance = { share: 0.1, more: 5 };

  test.each<[string, readonly (number | undefined)[], boolean]>([
    ['flat', values(() => 100), true],
    ['flat, though it grew while it warmed up', values((share) => Math.min(100, 500 * share)), true],
    ['flat, though it goes up and down', values((_, index) => (index % 7 === 0 ? 300 : 90 + (index % 20))), true],
    ['flat, if it becomes less', values((share) => 200 - 100 * share), true],
    ['flat, within the tolerance', values((share) => 100 + 20 * share), true],
    ['growing, if something is lost all the time', values((share) => 100 + 40 * share), false],
    ['growing, if it makes a step late', values((share) => (share < 0.7 ? 100 : 120)), false],
    ['growing, from nothing', values((share) => 30 * share), false],
    [
      'growing, though some of it was not seen',
      values((share) => 100 + 40 * share).map((one, index) => (index % 3 ? undefined : one)),
      false,
    ],
  ])('%s', (_, held, isSteady) => {
    expect(steadiness(held, tolerance)?.isSteady).toBe(isSteady);
  });

  test.each([[[]], [[1, 2, 3]], [values(() => 1).map(() => undefined)]])('not known from too little', (held) => {
    expect(steadiness(held, tolerance)).toBeUndefined();
  });
});

describe('the verdict', () => {
  const bad = (report: SoakReport) =>
    soakVerdicts(report).flatMap(({ name, isKept }) => (isKept === false ? name : []));
  const growing = (name: keyof Holdings, from: number) =>
    reportOf(values((share) => from * (1 + share)).map((value) => ({ [name]: value })));

  test('is good where nothing grows and everything ended as it must', () => {
    expect(bad(reportOf())).toEqual([]);
  });

  test.each<[string, SoakReport]>([
    ['memory of its own', growing('memory', 100 * MIB)],
    ['heap in use', growing('heap', 30 * MIB)],
    ['open handles', growing('handles', 60)],
    ['timers', growing('timers', 80)],
    ['rows per event', { ...reportOf(), rowsPerEvent: { half: 2, end: 2.3 } }],
    ['not accepted', { ...reportOf(), load: { ...reportOf().load, errors: ['ECONNRESET'] } }],
    ['complaints', { ...reportOf(), complaints: 'Error: something\n' }],
  ])('is bad for one reason: %s', (name, report) => {
    expect(bad(report)).toEqual([name]);
  });

  test('is bad for an event that has not finished, and for one that ended otherwise', () => {
    expect(bad({ ...reportOf(), finished: { succeeded: 94, failed: 5 } })).toEqual(['unfinished', 'ended well']);
    expect(bad({ ...reportOf(), finished: { succeeded: 94, failed: 6 } })).toEqual(['ended well', 'ran out of tries']);
  });

  test('says what could not be seen', () => {
    const [handles] = soakVerdicts(reportOf(values(() => 0).map(() => ({ handles: undefined })))).filter(
      ({ name }) => name === 'open handles',
    );
    expect(handles).toEqual({
      name: 'open handles',
      finding: 'not seen: this machine has no /proc',
      isKept: undefined,
    });
  });
});

describe('npm run soak', () => {
  test('tells after some seconds already that every event ended as it must', async () => {
    const args = ['--minutes', '0.1', '--rate', '40', '--seed', '1'];
    const { ended, printed } = runProcess(process.execPath, [SOAK, ...args]);
    await ended;
    expect(printed()).toMatch(/^unfinished +0: good$/m);
    expect(printed()).toMatch(/^ended well +(\d{2,}) of \1: good$/m);
    expect(printed()).toMatch(/^ran out of tries +([1-9]\d*) of \1: good$/m);
    expect(printed()).toMatch(/^not accepted +none: good$/m);
    expect(printed()).toMatch(/^complaints +none: good$/m);
    expect(printed()).toMatch(/^timers +[1-9][\d.]* after/m);
  });

  test.each([
    [['--minutes', 'many'], '--minutes takes a number, not many.'],
    [['--rate', '0'], '--rate takes a number, not 0.'],
    [['--bogus'], "Unknown option '--bogus'"],
  ])('names a wrong option: %j', async (args, message) => {
    const { ended, printed } = runProcess(process.execPath, [SOAK, ...args]);
    expect(await ended).toBe(2);
    expect(printed()).toContain(message);
  });
});

function reportOf(changes: readonly Partial<Holdings>[] = []): SoakReport {
  const sample = (index: number): Holdings => ({
    memory: 100 * MIB,
    heap: 30 * MIB,
    handles: 60,
    timers: 80,
    ...changes[index],
  });
  return {
    samples: Array.from({ length: COUNT }, (_, index) => sample(index)),
    load: { published: 100, succeeding: 95, failing: 5, errors: [] },
    rowsPerEvent: { half: 2.02, end: 2.03 },
    finished: { succeeded: 95, failed: 5 },
    late: [1, 2, 3],
    complaints: '',
  };
}
