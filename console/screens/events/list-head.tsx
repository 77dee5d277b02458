import { Icon } from '../../parts/icon.tsx';
import { RelativeInstant } from '../../parts/instant.tsx';
import {
  type EventFilters,
  eventsPath,
  isToCome,
  type ListPlace,
  type Order,
  orderOf,
} from '../../text/event-filters.ts';
import { counted } from '../../text/number.ts';
import { type FoundPage, PAGE } from './find-page.ts';
import type { ShownEvents } from './shown-events.ts';

type Props = {
  readonly filters: EventFilters;
  readonly place: ListPlace;
  readonly list: ShownEvents;
  readonly asOf: number | undefined;
  readonly showNewest: () => void;
};

/** Says what the list shows, in which order and as of when, and how many new events can be shown. */
export function ListHead({ filters, place, list, asOf, showNewest }: Props) {
  const order = orderOf(filters, place);
  const other: Order = order === 'asc' ? 'desc' : 'asc';
  const news = newsText(list);
  return (
    <div class="list-head">
      <p class="muted">
        Sorted by when they were first due, {orderNames[order]}.{' '}
        {asOf !== undefined && (
          <>
            As of <RelativeInstant at={asOf} />.
          </>
        )}
      </p>
      <a
        class="button quiet small"
        href={eventsPath(filters, { order: other })}
        title={`Show the events ${orderNames[other]}`}
      >
        <Icon name="order" />
        <span class="only-read">Turn the order round</span>
      </a>
      <span role="status">
        {news !== '' && (
          <button type="button" class="small new" onClick={showNewest}>
            <Icon name="newest" />
            {news}
          </button>
        )}
      </span>
    </div>
  );
}

const orderNames: Readonly<Record<Order, string>> = { asc: 'earliest first', desc: 'latest first' };

/** Says how the newest page differs from the rows, such as "12 new, 3 changed"; empty if it does not. */
function newsText({ newCount, left }: ShownEvents): string {
  const isWholePage = newCount >= PAGE;
  return [newCount > 0 && `${newCount}${isWholePage ? '+' : ''} new`, left.size > 0 && `${left.size} changed`]
    .filter(Boolean)
    .join(', ');
}

type PagerProps = Pick<Props, 'filters' | 'place'> & { readonly page: FoundPage };

/** Leads to the next page and back to the first one. */
export function Pager({ filters, place, page: { events, nextCursor, order } }: PagerProps) {
  return (
    <nav class="pager" aria-label="Pages">
      <span class="muted">
        {counted(events.length, 'event')} on this page{nextCursor === null && ', and none behind it'}.
      </span>
      {place.cursor !== undefined && <FirstPageLink filters={filters} place={place} />}
      {nextCursor !== null && (
        <a class="button" href={eventsPath(filters, { ...place, cursor: nextCursor })}>
          {order === 'asc' ? 'Later' : 'Older'}
          <Icon name="next" />
        </a>
      )}
    </nav>
  );
}

export function FirstPageLink({ filters, place }: Pick<Props, 'filters' | 'place'>) {
  const { cursor: _, ...firstPlace } = place;
  const isAscending = orderOf(filters, place) === 'asc';
  return (
    <a class="button" href={eventsPath(filters, firstPlace)}>
      Back to the {!isAscending ? 'newest' : isToCome(filters) ? 'next due' : 'oldest'}
    </a>
  );
}
