import { live } from './preferences.ts';

export type Repetition = {
  /** Runs at once, instead of a run that is under way or still to come. Does nothing before the start. */
  runNow(): void;
  /** Starts the repetition. The returned function ends it. */
  start(): () => void;
};

/**
 * Runs a task again and again while the page is visible and live. One run is under way at a time. In a hidden tab, or
 * while the reader has stopped the page, nothing runs; the next run comes when somebody looks again.
 *
 * @param run The task. It returns the number of seconds until the next run. Its signal is aborted when another run takes
 *   its place.
 */
export function repeatWhileWatched(run: (signal: AbortSignal) => Promise<number>): Repetition {
  let underWay: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStarted = false;

  async function runOnce(): Promise<void> {
    if (!isStarted) return;
    clearTimeout(timer);
    underWay?.abort();
    const own = new AbortController();
    underWay = own;
    const seconds = await run(own.signal);
    if (own.signal.aborted) return;
    underWay = undefined;
    timer = setTimeout(runIfWatched, seconds * 1_000);
  }

  function runIfWatched(): void {
    timer = undefined;
    if (document.visibilityState === 'visible' && live.peek()) void runOnce();
  }

  function wake(): void {
    if (timer === undefined && underWay === undefined) runIfWatched();
  }

  function start(): () => void {
    isStarted = true;
    void runOnce();
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
