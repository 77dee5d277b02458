import type { Query } from '../../state/api-client.ts';
import type { CountAnswer, EventPage, StatisticsAnswer } from '../../state/api-types.ts';
import { now } from '../../state/clock.ts';
import { type Live, useLive } from '../../state/live.ts';

const EVERY_S = 5;
const SAMPLED_EVERY_S = 30;
/** The largest number of pages, of about 200 entries each, that one count reads. */
const COUNTED_PAGES = 5;
/** An event that has not finished so long after it was first due counts as late. */
const LATE_MS = 10 * 60_000;

export type Overview = {
  /** Events that are due later than now. */
  readonly waiting: Live<CountAnswer>;
  /** Waiting events that were first due before now. */
  readonly due: Live<CountAnswer>;
  /** Waiting events that were first due some time ago. */
  readonly late: Live<CountAnswer>;
  /** Some of the late events. It is asked for only if there are any. */
  readonly lateSample: Live<EventPage>;
  readonly hour: Live<StatisticsAnswer>;
  readonly day: Live<StatisticsAnswer>;
};

/** Everything that the overview shows. One refresh takes five requests and, while events are late, a sixth at times. */
export function useOverview(): Overview {
  const late = useWaiting({}, dueBeforeToBeLate);
  return {
    waiting: useWaiting({ due_after: 'now' }),
    due: useWaiting(DUE),
    late,
    lateSample: useLive(late.value?.count ? '/events' : undefined, {
      query: { status: 'waiting_execution', limit: 10 },
      fresh: dueBeforeToBeLate,
      every: SAMPLED_EVERY_S,
    }),
    hour: useLive('/stats', { query: { range: 'hour' }, every: EVERY_S }),
    day: useLive('/stats', { query: { range: 'day' }, every: EVERY_S }),
  };
}

/** The filter of events that are due, by the clock of the server. */
export const DUE = { due_before: 'now' } as const;

/** The filter of events that are late. */
export function dueBeforeToBeLate() {
  return { due_before: new Date(now.peek() - LATE_MS).toISOString() };
}

function useWaiting(filter: Query = {}, fresh: () => Query = () => ({})): Live<CountAnswer> {
  return useLive('/events/count', {
    query: { status: 'waiting_execution', ...filter, max_count_of_fetch_requests: COUNTED_PAGES },
    fresh,
    every: EVERY_S,
  });
}
