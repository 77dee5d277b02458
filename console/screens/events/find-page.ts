import type { Answered } from '../../state/api-client.ts';
import type { EventAnswer, EventPage } from '../../state/api-types.ts';
import { ask } from '../../state/session.ts';
import { type EventFilters, type ListPlace, listQuery, type Order, orderOf } from '../../text/event-filters.ts';

/** The number of events on a page: what a screen shows. */
export const PAGE = 25;
/** The most requests that are sent for one page. */
const MOST_REQUESTS = 5;
/** The most events that are looked at for one page, however few of them fit: a thousand for each request. */
export const MOST_LOOKED_AT = MOST_REQUESTS * 1_000;

/** Events that were found, and where the search goes on. */
export type FoundPage = {
  readonly events: readonly EventAnswer[];
  /** The cursor of the page behind this one; null if this one is the last. */
  readonly nextCursor: string | null;
  readonly order: Order;
};

/**
 * Finds a page of events. A page of the API can be empty although there is more, so the search goes on until there is
 * an event, for a bounded number of requests.
 */
export async function findPage(
  filters: EventFilters,
  place: ListPlace,
  signal: AbortSignal,
): Promise<Answered<FoundPage>> {
  const order = orderOf(filters, place);
  let { cursor } = place;
  for (let requests = 1; ; requests++) {
    const query = listQuery(filters, { order, ...(cursor !== undefined && { cursor }) }, PAGE);
    const answered = await ask<EventPage>('/events', { query, signal });
    if (!answered.ok) return answered;
    const { events, next_cursor: nextCursor } = answered.value;
    if (events.length > 0 || nextCursor === null || requests === MOST_REQUESTS) {
      return { ok: true, value: { events, nextCursor, order } };
    }
    cursor = nextCursor;
  }
}
