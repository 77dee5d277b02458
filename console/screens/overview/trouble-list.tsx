import { Icon } from '../../parts/icon.tsx';
import { type EventFilters, eventsPath } from '../../text/event-filters.ts';
import { DUE, dueBeforeToBeLate } from './overview-data.ts';
import type { Trouble } from './troubles.ts';

/** What is wrong, worst first. */
export function TroubleList({ troubles }: { readonly troubles: readonly Trouble[] }) {
  return (
    <ul class="troubles">
      {troubles.map((trouble) => (
        <li key={trouble.subject} class={trouble.severity}>
          <Icon name="warning" />
          <p>
            <a href={addressOf(trouble)}>{trouble.subject}</a> {trouble.rest}
          </p>
        </li>
      ))}
    </ul>
  );
}

function addressOf({ leadsTo }: Trouble): string {
  if (leadsTo === 'lateness') return '#lateness';
  if (leadsTo === 'failed') return events({ status: 'max_try_count_reached' });
  if (leadsTo === 'due') return events({ status: 'waiting_execution', ...DUE });
  if (leadsTo === 'late') return events({ status: 'waiting_execution', ...dueBeforeToBeLate() });
  return events({ status: 'max_try_count_reached', host: leadsTo.failedAt });
}

function events(filters: Omit<EventFilters, 'tag'>): string {
  return eventsPath({ ...filters, tag: [] });
}
