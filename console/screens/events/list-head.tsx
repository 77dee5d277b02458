import { Icon } from '../../parts/icon.tsx';
import { ExactInstant, RelativeInstant } from '../../parts/instant.tsx';
import { type EventFilters, eventsPath, isBoundedByNow, type ListPlace } from '../../text/event-filters.ts';
import { counted } from '../../text/event-summary.ts';
import { type FoundPage, PAGE } from './find-page.ts';
import type { ShownEvents } from './shown-events.ts';

type Props = {
  readonly filters: EventFilters;
  readonly place: ListPlace | undefined;
  readonly list: ShownEvents;
  readonly asOf: number | undefined;
  readonly showNewest: () => void;
};

/** Says what the list shows, in which order and as of when, and how many new events can be shown. */
export function ListHead({ filters, place, list, asOf, showNewest }: Props) {
  const news = newsText(list);
  return (
    <div class="list-head">
      <p class="muted">
        {place === undefined ? orderText(filters) : <Older place={place} />}
        {asOf !== undefined && (
          <>
            {' '}
            As of <RelativeInstant at={asOf} />.
          </>
        )}
      </p>
      {place !== undefined && (
        <a class="button small" href={eventsPath(filters)}>
          <Icon name="newest" />
          Back to the newest
        </a>
      )}
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

/** Says how the newest page differs from the rows, such as "12 new, 3 changed"; empty if it does not. */
function newsText({ newCount, left }: ShownEvents): string {
  const isWholePage = newCount >= PAGE;
  return [newCount > 0 && `${newCount}${isWholePage ? '+' : ''} new`, left.size > 0 && `${left.size} changed`]
    .filter(Boolean)
    .join(', ');
}

function orderText(filters: EventFilters): string {
  if (isBoundedByNow(filters)) return 'What has been due, the latest first.';
  return 'Sorted by when they were first due, the latest first.';
}

function Older({ place: { asOf } }: { readonly place: ListPlace }) {
  if (asOf === undefined) return <>Older events.</>;
  return (
    <>
      Older events, of those that were due before <ExactInstant at={asOf} />.
    </>
  );
}

type PagerProps = Pick<Props, 'filters' | 'place'> & { readonly page: FoundPage };

/** Leads to the next page and back to the newest one. */
export function Pager({ filters, place, page: { events, nextCursor, asOf } }: PagerProps) {
  return (
    <nav class="pager" aria-label="Pages">
      <span class="muted">
        {counted(events.length, 'event')} on this page{nextCursor === null && ', and none behind it'}.
      </span>
      {place !== undefined && (
        <a class="button" href={eventsPath(filters)}>
          Back to the newest
        </a>
      )}
      {nextCursor !== null && (
        <a class="button" href={eventsPath(filters, placeBehind(filters, nextCursor, asOf))}>
          Older
          <Icon name="next" />
        </a>
      )}
    </nav>
  );
}

/** The place of the page behind another. */
export function placeBehind(filters: EventFilters, cursor: string, asOf: string): ListPlace {
  return { cursor, ...(isBoundedByNow(filters) && { asOf }) };
}
