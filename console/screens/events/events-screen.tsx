import { useLocation } from 'preact-iso';
import { NeedsScope } from '../../parts/needs-scope.tsx';
import { useTitle } from '../../state/title.ts';
import { eventsPath, filtersIn, placeIn } from '../../text/event-filters.ts';
import { BulkButtons } from './bulk-buttons.tsx';
import { EventList } from './event-list.tsx';
import { FilterButton } from './filter-button.tsx';
import { FilterChips } from './filter-chips.tsx';
import { SearchField } from './search-field.tsx';
import { StatusTabs, WaitingLists } from './status-tabs.tsx';

/** The events that fit some filters. Everything that was chosen stands in the address of the page. */
export function EventsScreen() {
  useTitle('Events');
  const { url } = useLocation();
  const { searchParams } = new URL(url, location.origin);
  const filters = filtersIn(searchParams);
  const place = placeIn(searchParams);
  return (
    <div class="screen events">
      <div class="screen-head">
        <h1>Events</h1>
        <div class="actions">
          <BulkButtons filters={filters} />
        </div>
      </div>
      <div class="finding">
        <SearchField filters={filters} />
        <FilterButton filters={filters} />
      </div>
      <div class="narrowing">
        <StatusTabs filters={filters} />
        <WaitingLists filters={filters} />
        <FilterChips filters={filters} />
      </div>
      <NeedsScope scope="read" toDo="see events">
        <EventList key={eventsPath(filters, place)} filters={filters} place={place} />
      </NeedsScope>
    </div>
  );
}
