import { type ReadonlySignal, signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { memberText } from '../text/json-text.ts';
import type { EventAnswer } from './api-types.ts';
import type { Live } from './live.ts';
import { pageOptions } from './page-options.ts';
import { type Repetition, repeatWhileWatched } from './repeat-while-watched.ts';
import { key as apiKey, ask, isLasting } from './session.ts';

/** An event, and the text of its body as the queue sends it. */
export type WatchedEvent = {
  readonly event: EventAnswer;
  /** The text of a body that was published as JSON, with all its digits and blanks, or as a text. */
  readonly bodyText: string | undefined;
};

/** The longest time between two requests for an event of which little is to be expected, in seconds. */
const LONGEST = 30;

/**
 * Asks for an event again and again: often while an attempt is due or near, and seldom when it has finished or waits
 * for a later time.
 *
 * @param key Undefined while there is no event to ask for.
 */
export function useWatchedEvent(key: string | undefined): Live<WatchedEvent> {
  const usedKey = apiKey.value;
  const watching = useMemo(() => (key === undefined ? undefined : watch(key)), [key, usedKey]);
  useEffect(() => watching?.start(), [watching]);
  return { ...(watching?.state.value ?? NOTHING), refresh: () => watching?.runNow() };
}

/** Asks for an event once. */
export function readEvent(key: string, aborted?: AbortSignal) {
  return ask<WatchedEvent>(eventPath(key), { parse: watchedEvent, ...(aborted && { signal: aborted }) });
}

/** The path of an event in the API. */
export function eventPath(key: string): string {
  return `/events/${encodeURIComponent(key)}`;
}

type State = Omit<Live<WatchedEvent>, 'refresh'>;

const NOTHING = { value: undefined, problem: undefined, asOf: undefined };

function watch(key: string): Repetition & { readonly state: ReadonlySignal<State> } {
  const state = signal<State>(NOTHING);

  async function load(aborted: AbortSignal): Promise<number | undefined> {
    const answered = await readEvent(key, aborted);
    if (aborted.aborted) return LONGEST;
    const now = Date.now();
    state.value = answered.ok
      ? { value: answered.value, problem: undefined, asOf: now }
      : { ...state.peek(), problem: answered.problem };
    if (!answered.ok && isLasting(answered.problem)) return undefined;
    const wanted = answered.ok ? secondsToNext(answered.value.event, now) : (answered.problem.retryAfter ?? 0);
    return Math.max(wanted, pageOptions.refreshSeconds);
  }

  return { state, ...repeatWhileWatched(load) };
}

/** The seconds until something may be new, or until an attempt that was brought forward is seen early enough. */
function secondsToNext({ next_attempt_at_utc }: EventAnswer, now: number): number {
  if (next_attempt_at_utc === null) return LONGEST;
  const left = (Date.parse(next_attempt_at_utc) - now) / 1_000;
  return Math.min(LONGEST, left / 4);
}

function watchedEvent(text: string): WatchedEvent {
  const event = JSON.parse(text) as EventAnswer;
  if (event.body === null) return { event, bodyText: undefined };
  return { event, bodyText: typeof event.body === 'string' ? event.body : memberText(text, 'body') };
}
