import type { Signal } from '@preact/signals';
import type { EventFilters } from '../../text/event-filters.ts';
import { EventRow } from './event-row.tsx';
import type { RowActions } from './row-keys.ts';
import type { ShownEvents } from './shown-events.ts';

const ROWS_WHILE_LOADING = 12;

type Props = {
  readonly filters: EventFilters;
  readonly list: ShownEvents;
  readonly asOf: number;
  readonly selected: Signal<ReadonlySet<string>>;
  readonly actions: RowActions;
};

export function EventTable({ filters, list, asOf, selected, actions }: Props) {
  const { rows, left } = list;
  const areAll = rows.every(({ key }) => selected.value.has(key));

  function selectAll(): void {
    selected.value = new Set(areAll ? [] : rows.map(({ key }) => key));
  }

  return (
    <table>
      <Head>
        <label class="select-all">
          <input
            type="checkbox"
            checked={areAll}
            indeterminate={!areAll && selected.value.size > 0}
            onChange={selectAll}
          />
          <span class="name">Select all on this page</span>
        </label>
      </Head>
      <tbody>
        {rows.map((event) => (
          <EventRow
            key={event.key}
            event={event}
            filters={filters}
            asOf={asOf}
            hasLeft={left.has(event.key)}
            isSelected={selected.value.has(event.key)}
            actions={actions}
          />
        ))}
      </tbody>
    </table>
  );
}

/** A table of the same form, before its events have come. */
export function LoadingTable() {
  return (
    <>
      <div class="list-head">
        <p class="muted" role="status">
          Loading the events …
        </p>
      </div>
      <div class="list loading" aria-hidden="true">
        <table>
          <Head />
          <tbody>
            {Array.from({ length: ROWS_WHILE_LOADING }, (_, row) => (
              <tr key={row}>
                <td class="loading-row" colSpan={9}>
                  <span class="bone" />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Head({ children }: { readonly children?: preact.ComponentChildren }) {
  return (
    <thead>
      <tr>
        <th class="cell-select">{children}</th>
        <th class="cell-status">Status</th>
        <th class="cell-request">Request</th>
        <th class="cell-tags">Tags</th>
        <th class="cell-due">Due</th>
        <th class="cell-attempts">Attempts</th>
        <th class="cell-outcome">Last outcome</th>
        <th class="cell-late">Late</th>
        <th class="cell-actions">
          <span class="only-read">Actions</span>
        </th>
      </tr>
    </thead>
  );
}
