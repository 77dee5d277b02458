import { queryText } from '../state/api-client.ts';
import type { EventStatus } from '../state/api-types.ts';
import { type EventFilters, filtersIn } from './event-filters.ts';

const DAY = 86_400_000;
/** The suggested number of retried events per second, so that a receiver that has just come back is not flooded. */
const DEFAULT_RATE = 10;
const bounds = ['due_after', 'due_before'] as const;

export type BulkAction = 'retry' | 'cancel';

/** What is to be done with which events. */
export type BulkJob = {
  readonly action: BulkAction;
  readonly filters: EventFilters;
  /** The number of retried events that become due per second. Undefined if all are due at once. */
  readonly rate?: number;
};

/** The body of a request that changes events in bulk. */
export type BulkBody = Readonly<Record<string, unknown>>;

/**
 * Reads a job from the query of a URL. A bound in time that the URL does not mention is put a day from now, so that
 * nobody changes everything by accident. An empty parameter stands for no bound, or for no rate.
 */
export function bulkJobIn(parameters: URLSearchParams, now: number): BulkJob {
  const action: BulkAction = parameters.get('action') === 'cancel' ? 'cancel' : 'retry';
  const rate = Number(parameters.get('rate') ?? DEFAULT_RATE);
  const { status, ...others } = filtersIn(parameters);
  const filters = {
    ...(action === 'retry' && status !== undefined && { status }),
    ...others,
    ...Object.fromEntries(
      bounds.flatMap((name) => {
        const bound = boundOf(name, parameters.get(name), statusOf(action, status), now);
        return bound === undefined ? [] : [[name, bound]];
      }),
    ),
  };
  return { action, filters, ...(action === 'retry' && rate > 0 && { rate }) };
}

/** The address of the screen with a job. A bound and a rate that are not set are written as empty parameters. */
export function bulkJobPath({ action, filters, rate }: BulkJob): string {
  const optional = { due_after: filters.due_after, due_before: filters.due_before, rate };
  const empty = Object.entries(optional).flatMap(([name, value]) => (value === undefined ? [`&${name}=`] : []));
  return `/console/bulk${queryText({ action, ...filters, rate })}${empty.join('')}`;
}

/** The status of the events that a job changes. */
export function statusOf(action: BulkAction, status: string | undefined): EventStatus {
  if (action === 'cancel') return 'waiting_execution';
  return (status as EventStatus | undefined) ?? 'max_try_count_reached';
}

/** The body of the requests of a job. */
export function bulkBody({ action, filters, rate }: BulkJob): BulkBody {
  const { tag, due_after, due_before, status, ...others } = filters;
  return {
    status: statusOf(action, status),
    ...others,
    ...(tag.length > 0 && { tag }),
    ...(due_after !== undefined && { due_after: instantForApi(due_after) }),
    ...(due_before !== undefined && { due_before: instantForApi(due_before) }),
    ...(action === 'retry' && rate !== undefined && { rate }),
  };
}

/** In a body, epoch seconds are a number. */
function instantForApi(text: string): string | number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

/**
 * A bound in time. `now` becomes the present instant, so that the same events are counted and changed. Events that wait
 * are looked for in the next day too.
 */
function boundOf(
  name: (typeof bounds)[number],
  given: string | null,
  status: EventStatus,
  now: number,
): string | undefined {
  if (given === '') return undefined;
  if (given !== null && given !== 'now') return given;
  if (given === 'now') return new Date(now).toISOString();
  if (name === 'due_after') return new Date(now - DAY).toISOString();
  return new Date(status === 'waiting_execution' ? now + DAY : now).toISOString();
}
