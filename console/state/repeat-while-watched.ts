import { live } from './preferences.ts';

export type Repetition = {
  /** Runs the task at once, in place of a run that is under way or planned. Does nothing unless the repetition is started. */
  runNow(): void;
  /** Starts the repetition. The returned function ends it. */
  start(): () => void;
};

/**
 * Repeats a task while the page is visible and live, with one run at a time. No run starts in a hidden tab, or after the
 * reader has stopped the page. The next run starts as soon as the page is visible and live again. The first run also
 * starts on a stopped page.
 *
 * @param run The task. It returns the number of seconds until the next run; with undefined, only `runNow` runs it again.
 *   Its signal is aborted when another run takes its place.
 */
export function repeatWhileWatched(run: (signal: AbortSignal) => Promise<number | undefined>): Repetition {
  let underWay: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStarted = false;
  let hasRun = false;
  let isDone = false;

  async function runOnce(): Promise<void> {
    if (!isStarted) return;
    hasRun = true;
    clearTimeout(timer);
    underWay?.abort();
    const own = new AbortController();
    underWay = own;
    const seconds = await run(own.signal);
    if (own.signal.aborted) return;
    underWay = undefined;
    isDone = seconds === undefined;
    if (seconds === undefined) return;
    timer = setTimeout(runIfWatched, seconds * 1_000);
  }

  function runIfWatched(): void {
    timer = undefined;
    if (document.visibilityState === 'visible' && (live.peek() || !hasRun)) void runOnce();
  }

  function wake(): void {
    if (timer === undefined && underWay === undefined && !isDone) runIfWatched();
  }

  function start(): () => void {
    isStarted = true;
    hasRun = false;
    isDone = false;
    runIfWatched();
    document.addEventListener('visibilitychange', wake);
    const unsubscribe = live.subscribe((isLive) => isLive && wake());
    return () => {
      isStarted = false;
      document.removeEventListener('visibilitychange', wake);
      unsubscribe();
      clearTimeout(timer);
      timer = undefined;
      underWay?.abort();
      underWay = undefined;
    };
  }

  return { runNow: () => void runOnce(), start };
}
