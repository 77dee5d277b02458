import { useLocation } from 'preact-iso';
import { Icon } from '../../parts/icon.tsx';
import { now } from '../../state/clock.ts';
import { zone, zoneName } from '../../state/preferences.ts';
import { type EventFilters, eventsPath, filterList, type OneFilter, withoutFilter } from '../../text/event-filters.ts';
import { filterText } from '../../text/filter-text.ts';
import { FILTER_BUTTON } from './filter-button.tsx';

type Props = { readonly filters: EventFilters };

/** The filters of the list, each with a button that removes it. The status is chosen by tabs, so it is left out. */
export function FilterChips({ filters }: Props) {
  const { route } = useLocation();
  const chosen = filterList(filters).filter(({ name }) => name !== 'status');
  if (chosen.length === 0) return null;
  return (
    <ul class="chips" aria-label="Filters">
      {chosen.map((filter) => (
        <li key={filter.name + filter.value}>
          <FilterChip filter={filter} remove={() => route(eventsPath(withoutFilter(filters, filter)))} />
        </li>
      ))}
      {chosen.length > 1 && (
        <li>
          <button type="button" class="quiet small" onClick={() => route(eventsPath(filtersWithStatus(filters)))}>
            Remove all
          </button>
        </li>
      )}
    </ul>
  );
}

type ChipProps = { readonly filter: OneFilter; readonly remove: () => void };

export function FilterChip({ filter, remove }: ChipProps) {
  const text = filterText(filter, now.value, zoneName(zone.value));

  function click(): void {
    remove();
    document.getElementById(FILTER_BUTTON)?.focus();
  }

  return (
    <button type="button" class="chip" title={`Remove the filter ${text}`} onClick={click}>
      <span>{text}</span>
      <Icon name="close" />
    </button>
  );
}

function filtersWithStatus({ status }: EventFilters): EventFilters {
  return { tag: [], ...(status !== undefined && { status }) };
}
