import { useLocation } from 'preact-iso';
import { Segments } from '../../parts/segments.tsx';
import type { CountAnswer, EventStatus } from '../../state/api-types.ts';
import { useLive } from '../../state/live.ts';
import { may } from '../../state/session.ts';
import { type EventFilters, eventsPath, withFilter, withoutFilter } from '../../text/event-filters.ts';
import { countText } from '../../text/number.ts';
import { statusNames } from '../../text/status.ts';

const ASK_EVERY_S = 30;
/** A count reads at most this many pages, of about 200 entries each. */
const MOST_PAGES_COUNTED = 20;

const statuses: readonly EventStatus[] = ['waiting_execution', 'max_try_count_reached', 'success', 'cancelled'];

type Props = { readonly filters: EventFilters };

/** The lists by status, with the number of events in the one that is shown. What waits is counted in any case. */
export function StatusTabs({ filters }: Props) {
  const { status = '' } = filters;
  const counted = status === '' ? 'waiting_execution' : status;
  const { value } = useLive<CountAnswer>(may('read') ? '/events/count' : undefined, {
    query: { ...filters, status: counted, max_count_of_fetch_requests: MOST_PAGES_COUNTED },
    every: ASK_EVERY_S,
  });
  return (
    <nav class="tabs" aria-label="Events by status">
      <a
        href={eventsPath(withoutFilter(filters, { name: 'status', value: status }))}
        aria-current={status === '' ? 'page' : undefined}
      >
        Recent
      </a>
      {statuses.map((one) => (
        <a
          key={one}
          href={eventsPath(withFilter(filters, { name: 'status', value: one }))}
          aria-current={status === one ? 'page' : undefined}
        >
          {statusNames[one]}
          {counted === one && may('read') && (
            <span class="count">{value && countText(value) !== '0+' ? countText(value) : '…'}</span>
          )}
        </a>
      ))}
    </nav>
  );
}

type WaitingList = 'to come' | 'due';

const waitingLists: readonly { readonly value: WaitingList; readonly text: string }[] = [
  { value: 'to come', text: 'To come' },
  { value: 'due', text: 'Due, or between two tries' },
];

/** Parts what waits by whether it was due before, because no single order would be right for both. */
export function WaitingLists({ filters }: Props) {
  const { route } = useLocation();
  if (filters.status !== 'waiting_execution') return null;
  const { due_after: _from, due_before: _until, ...others } = filters;
  return (
    <Segments
      label="What waits"
      options={waitingLists}
      chosen={filters.due_before === undefined ? 'to come' : 'due'}
      choose={(list) => route(eventsPath(list === 'due' ? { ...others, due_before: 'now' } : others))}
    />
  );
}
