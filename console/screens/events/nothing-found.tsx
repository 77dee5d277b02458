import { useLocation } from 'preact-iso';
import { Empty } from '../../parts/empty.tsx';
import { FirstEvent } from '../../parts/first-event.tsx';
import type { CountAnswer } from '../../state/api-types.ts';
import { useLive } from '../../state/live.ts';
import {
  type EventFilters,
  eventsPath,
  filterList,
  type ListPlace,
  orderOf,
  withoutFilter,
} from '../../text/event-filters.ts';
import { countedEvents, wholeNumber } from '../../text/number.ts';
import { FilterChip } from './filter-chips.tsx';
import { type FoundPage, MOST_LOOKED_AT } from './find-page.ts';
import { FirstPageLink } from './list-head.tsx';

type Props = {
  readonly filters: EventFilters;
  readonly place: ListPlace;
  readonly page: FoundPage;
};

/** Says why the list is empty, and what to do. */
export function NothingFound({ filters, place, page }: Props) {
  const { nextCursor } = page;
  if (nextCursor !== null) {
    return (
      <Empty title="Nothing found so far">
        <p>
          The search has looked at up to {wholeNumber(MOST_LOOKED_AT)} events,{' '}
          {orderOf(filters, place) === 'asc' ? 'earliest' : 'latest'} first, and none of them fits. There are more
          behind them.
        </p>
        <a class="button primary" href={eventsPath(filters, { ...place, cursor: nextCursor })}>
          Search further
        </a>
        <RemoveFilters filters={filters} />
      </Empty>
    );
  }
  if (place.cursor !== undefined) {
    return (
      <Empty title="There are no more events">
        <FirstPageLink filters={filters} place={place} />
      </Empty>
    );
  }
  return filterList(filters).length === 0 ? <NoEvents /> : <NoneFits filters={filters} />;
}

function NoneFits({ filters }: { readonly filters: EventFilters }) {
  return (
    <Empty title="No event fits">
      <p>Finished events are kept for a day, unless they say otherwise. Remove a filter to find more:</p>
      <RemoveFilters filters={filters} />
    </Empty>
  );
}

/** Offers to remove each filter. */
export function RemoveFilters({ filters }: { readonly filters: EventFilters }) {
  const { route } = useLocation();
  const all = filterList(filters);
  if (all.length === 0) return null;
  return (
    <div class="chips">
      {all.map((filter) => (
        <FilterChip
          key={filter.name + filter.value}
          filter={filter}
          remove={() => route(eventsPath(withoutFilter(filters, filter)))}
        />
      ))}
      {all.length > 1 && (
        <a class="button small" href={eventsPath({ tag: [] })}>
          Remove all
        </a>
      )}
    </div>
  );
}

function NoEvents() {
  const { value: waiting } = useLive<CountAnswer>('/events/count');
  if (waiting === undefined || waiting.count === 0) return <FirstEvent />;
  return (
    <FirstEvent title="No event has been due yet">
      <p>
        <a href={eventsPath({ tag: [], status: 'waiting_execution' })}>{countedEvents(waiting)}</a> will be due later.
      </p>
    </FirstEvent>
  );
}
