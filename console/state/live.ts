import { type ReadonlySignal, signal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { type Answered, type Problem, type Query, queryText } from './api-client.ts';
import { pageOptions } from './page-options.ts';
import { type Repetition, repeatWhileWatched } from './repeat-while-watched.ts';
import { ask, isLasting, key } from './session.ts';

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
  /** Parameters that each request computes anew, such as the present instant. */
  readonly fresh?: () => Query;
  /** Seconds between an answer and the next request. The owner of the queue sets the least number. */
  readonly every?: number;
};

/**
 * Asks for data now and, while the page is visible and live, again a while after each answer. So at most one request is
 * under way, and none is sent from a hidden tab. After a request that the key in hand does not allow, none is sent until
 * there is another key.
 *
 * @param path Undefined while there is nothing to ask for.
 */
export function useLive<T>(path: string | undefined, { query, fresh, every }: LiveOptions = {}): Live<T> {
  const latestFresh = useRef(fresh);
  latestFresh.current = fresh;
  const load = useMemo(() => {
    const urlNow = () => `${path}${queryText({ ...query, ...latestFresh.current?.() })}`;
    return path === undefined ? undefined : (signal: AbortSignal) => ask<T>(urlNow(), { signal });
  }, [path, queryText(query)]);
  return useLiveAnswer(load, every);
}

/** Asks for data, in one request or in several. */
type Load<T> = (signal: AbortSignal) => Promise<Answered<T>>;

/**
 * Asks for data by a function, as `useLive` does.
 *
 * @param load Undefined while there is nothing to ask for. The data are dropped when another function comes.
 * @param every Seconds between an answer and the next request.
 */
export function useLiveAnswer<T>(load: Load<T> | undefined, every = 0): Live<T> {
  const seconds = Math.max(every, pageOptions.refreshSeconds);
  const usedKey = key.value;
  const poll = useMemo(() => (load === undefined ? undefined : polling(load, seconds)), [load, seconds, usedKey]);
  useEffect(() => poll?.start(), [poll]);
  return { ...(poll?.state.value ?? NOTHING), refresh: () => poll?.runNow() };
}

type Polling<T> = Repetition & { readonly state: ReadonlySignal<State<T>> };

function polling<T>(load: Load<T>, seconds: number): Polling<T> {
  const state = signal<State<T>>(NOTHING);

  async function poll(aborted: AbortSignal): Promise<number | undefined> {
    const answered = await load(aborted);
    if (aborted.aborted) return seconds;
    state.value = answered.ok
      ? { value: answered.value, problem: undefined, asOf: Date.now() }
      : { ...state.peek(), problem: answered.problem };
    if (answered.ok) return seconds;
    return isLasting(answered.problem) ? undefined : Math.max(seconds, answered.problem.retryAfter ?? 0);
  }

  return { state, ...repeatWhileWatched(poll) };
}
