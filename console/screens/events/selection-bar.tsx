import type { Signal } from '@preact/signals';
import { ActionButton } from '../../parts/action-button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { canChange } from './event-changes.ts';
import type { ShownEvents } from './shown-events.ts';
import type { EventChanges } from './use-event-changes.ts';

type Props = {
  readonly list: ShownEvents;
  readonly selected: Signal<ReadonlySet<string>>;
  readonly changes: EventChanges;
};

/** What can be done with the selected events, and what came of the last change. It lies over the page. */
export function SelectionBar({ list, selected, changes: { asked, said } }: Props) {
  const events = list.rows.filter(({ key }) => selected.value.has(key));
  const cancellable = events.filter((event) => canChange('cancel', event));
  return (
    <div class="selection-bar">
      <div role="status">
        {said.value !== undefined && (
          <p>
            {said.value}
            <button type="button" class="quiet small" onClick={() => (said.value = undefined)}>
              <Icon name="close" />
              <span class="only-read">Dismiss</span>
            </button>
          </p>
        )}
      </div>
      {events.length > 0 && (
        <fieldset aria-label="Selected events">
          <span>{events.length} selected</span>
          <ActionButton scope="manage" run={() => (asked.value = { change: 'retry', events })}>
            Retry
          </ActionButton>
          <ActionButton
            scope="manage"
            kind="danger"
            disabled={cancellable.length === 0}
            title={cancellable.length === 0 ? 'Only events that wait can be cancelled.' : undefined}
            run={() => (asked.value = { change: 'cancel', events: cancellable })}
          >
            Cancel
          </ActionButton>
          <button type="button" class="quiet" onClick={() => (selected.value = new Set())}>
            Clear
          </button>
        </fieldset>
      )}
    </div>
  );
}
