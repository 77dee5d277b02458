import { type ReadonlySignal, signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { type Problem, type Query, queryText } from './api-client.ts';
import { pageOptions } from './page-options.ts';
import { live } from './preferences.ts';
import { ask, key } from './session.ts';

/** Data that is asked for again and again. The last data stay while a request is under way and when one fails. */
export type Live<T> = {
  readonly value: T | undefined;
  /** Why the last request failed. */
  readonly problem: Problem | undefined;
  /** When `value` was received, in epoch milliseconds. */
  readonly asOf: number | undefined;
  /** Asks at once, for example after a change. */
  refresh(): void;
};

type State<T> = Pick<Live<T>, 'value' | 'problem' | 'asOf'>;

const NOTHING = { value: undefined, problem: undefined, asOf: undefined };

export type LiveOptions = {
  readonly query?: Query;
  /** Seconds between an answer and the next request. The owner of the queue sets the least number. */
  readonly every?: number;
};

/**
 * Asks for data now and, while the page is visible and live, again a while after each answer. So at most one request is
 * under way, and none is sent from a hidden tab.
 *
 * @param path Undefined while there is nothing to ask for.
 */
export function useLive<T>(path: string | undefined, { query, every = 0 }: LiveOptions = {}): Live<T> {
  const url = path === undefined ? undefined : `${path}${queryText(query)}`;
  const seconds = Math.max(every, pageOptions.refreshSeconds);
  const usedKey = key.value;
  const poll = useMemo(() => polling<T>(url, seconds), [url, seconds, usedKey]);
  useEffect(() => poll.start(), [poll]);
  return { ...poll.state.value, refresh: poll.refresh };
}

type Polling<T> = {
  readonly state: ReadonlySignal<State<T>>;
  refresh(): void;
  /** Begins to ask. The result ends it. */
  start(): () => void;
};

function polling<T>(url: string | undefined, seconds: number): Polling<T> {
  const state = signal<State<T>>(NOTHING);
  let request: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStarted = false;

  async function load(): Promise<void> {
    if (url === undefined || !isStarted) return;
    clearTimeout(timer);
    request?.abort();
    const own = new AbortController();
    request = own;
    const answered = await ask<T>(url, { signal: own.signal });
    if (own.signal.aborted) return;
    request = undefined;
    state.value = answered.ok
      ? { value: answered.value, problem: undefined, asOf: Date.now() }
      : { ...state.peek(), problem: answered.problem };
    const wait = answered.ok ? seconds : Math.max(seconds, answered.problem.retryAfter ?? 0);
    timer = setTimeout(loadIfWanted, wait * 1_000);
  }

  /** Does nothing while nobody looks; `wake` goes on then. */
  function loadIfWanted(): void {
    timer = undefined;
    if (document.visibilityState === 'visible' && live.peek()) void load();
  }

  function wake(): void {
    if (timer === undefined && request === undefined) loadIfWanted();
  }

  function start(): () => void {
    isStarted = true;
    void load();
    document.addEventListener('visibilitychange', wake);
    const unsubscribe = live.subscribe((isLive) => isLive && wake());
    return () => {
      isStarted = false;
      document.removeEventListener('visibilitychange', wake);
      unsubscribe();
      clearTimeout(timer);
      timer = undefined;
      request?.abort();
      request = undefined;
    };
  }

  return { state, refresh: () => void load(), start };
}
