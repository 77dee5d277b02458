import { useSignal } from '@preact/signals';
import { useLocation } from 'preact-iso';
import { Dialog } from '../../parts/dialog.tsx';
import { FilterFields } from '../../parts/filter-fields.tsx';
import { Icon } from '../../parts/icon.tsx';
import { type EventFilters, eventsPath } from '../../text/event-filters.ts';

/** The id of the button, which gets the focus when the chip that had it is gone. */
export const FILTER_BUTTON = 'filter';

type Props = { readonly filters: EventFilters };

/** Opens a form with all filters of the list but the status, which is chosen by tabs. */
export function FilterButton({ filters }: Props) {
  const isOpen = useSignal(false);
  return (
    <>
      <button type="button" id={FILTER_BUTTON} onClick={() => (isOpen.value = true)}>
        <Icon name="filter" />
        Filter
      </button>
      {isOpen.value && <FilterDialog filters={filters} close={() => (isOpen.value = false)} />}
    </>
  );
}

type DialogProps = Props & { readonly close: () => void };

function FilterDialog({ filters, close }: DialogProps) {
  const { route } = useLocation();
  const chosen = useSignal(filters);

  function apply(submitted: SubmitEvent): void {
    submitted.preventDefault();
    close();
    route(eventsPath(chosen.value));
  }

  return (
    <Dialog title="Filter events" close={close}>
      <form class="fields" onSubmit={apply}>
        <FilterFields filters={chosen.value} choose={(next) => (chosen.value = next)} />
        <div class="dialog-actions">
          <button
            type="button"
            onClick={() => {
              const { status } = filters;
              chosen.value = { tag: [], ...(status !== undefined && { status }) };
            }}
          >
            Remove all
          </button>
          <button type="submit" class="primary">
            Show the events
          </button>
        </div>
      </form>
    </Dialog>
  );
}
