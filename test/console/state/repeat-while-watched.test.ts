import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';

const SECOND = 1_000;

/** What the console needs of a browser to tell whether somebody watches it. */
Object.assign(globalThis, {
  document: new EventTarget(),
});
Object.assign(document, { visibilityState: 'visible', documentElement: { dataset: {} } });
const { repeatWhileWatched } = await import('../../../console/state/repeat-while-watched.ts');

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('a task is repeated after the seconds that it asks for, until it is ended', async () => {
  const { runs, repetition } = counted(5);
  const end = repetition.start();
  await jest.advanceTimersByTimeAsync(11 * SECOND);
  expect(runs()).toBe(3);
  end();
  await jest.advanceTimersByTimeAsync(60 * SECOND);
  expect(runs()).toBe(3);
});

test('a task that asks for no other run is not run again when the page comes into view, but when it is asked for', async () => {
  const { runs, repetition } = counted(undefined);
  repetition.start();
  await jest.advanceTimersByTimeAsync(60 * SECOND);
  document.dispatchEvent(new Event('visibilitychange'));
  await jest.advanceTimersByTimeAsync(60 * SECOND);
  expect(runs()).toBe(1);
  repetition.runNow();
  expect(runs()).toBe(2);
});

function counted(seconds: number | undefined) {
  let count = 0;
  const repetition = repeatWhileWatched(async () => {
    count += 1;
    return seconds;
  });
  return { runs: () => count, repetition };
}
