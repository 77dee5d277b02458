import type { Search, SortedSearch } from '../core/query/search.ts';
import { type EventStatus, statusFrom } from './event-status.ts';

/** The filters and the order of a search, as a request names them. */
export type Asked = {
  readonly status?: EventStatus | undefined;
  readonly tag?: readonly string[] | null | undefined;
  readonly due_after?: Bound | null | undefined;
  readonly due_before?: Bound | null | undefined;
  readonly host?: Search['host'] | null | undefined;
  readonly schedule?: string | null | undefined;
  readonly outcome?: Search['outcome'] | null | undefined;
  readonly status_code?: Search['statusCodes'] | null | undefined;
  readonly order?: 'asc' | 'desc' | undefined;
};

/** An instant in epoch milliseconds, or the time of the request. */
type Bound = number | 'now';

/**
 * A search in the words of its requests, so that it is the same in all of them: its status has the name that it has in
 * the API, and `now` stands for the time of the request.
 */
export type AskedSearch = Omit<SortedSearch, 'status' | 'dueAfter' | 'dueBefore'> & {
  readonly status: EventStatus | undefined;
  readonly dueAfter: Bound | undefined;
  readonly dueBefore: Bound | undefined;
};

/**
 * The search that a request asks for. The names, the order and the values of these fields are part of the checksum in each cursor:
 * a change would make the cursors of the version before invalid. A filter that is undefined is left out of the
 * checksum, so new filters can be added.
 */
export function askedSearch(asked: Asked): AskedSearch {
  const { status, tag, due_after, due_before, host, schedule, outcome, status_code, order } = asked;
  return {
    status,
    tags: tag ?? [],
    dueAfter: due_after ?? undefined,
    dueBefore: due_before ?? undefined,
    host: host ?? undefined,
    schedule: schedule ?? undefined,
    outcome: outcome ?? undefined,
    statusCodes: status_code ?? undefined,
    earliestFirst: order === 'asc' || undefined,
  };
}

/** @param now The time of the request, in epoch milliseconds. */
export function searchAt({ status, dueAfter, dueBefore, ...others }: AskedSearch, now: number): SortedSearch {
  const instantOf = (bound: Bound | undefined) => (bound === 'now' ? now : bound);
  const range = { dueAfter: instantOf(dueAfter), dueBefore: instantOf(dueBefore) };
  return { ...others, ...range, status: status && statusFrom(status) };
}
