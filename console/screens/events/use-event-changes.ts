import { type Signal, useSignal } from '@preact/signals';
import type { EventAnswer } from '../../state/api-types.ts';
import { type Change, canChange, changedText, changeEvents } from './event-changes.ts';
import { type ShownEvents, withChanged } from './shown-events.ts';

/** A change of several events, or one that needs a second thought, before the reader has confirmed it. */
export type AskedChange = { readonly change: Change; readonly events: readonly EventAnswer[] };

export type EventChanges = {
  /** The change that the reader is asked to confirm. */
  readonly asked: Signal<AskedChange | undefined>;
  /** What came of the last change, as a sentence. */
  readonly said: Signal<string | undefined>;
  readonly retry: (event: EventAnswer) => Promise<void>;
  readonly cancel: (event: EventAnswer) => void;
  /** Makes the change that was confirmed. */
  readonly confirmed: () => Promise<void>;
};

/** Changes events of the list, and shows at once what became of them. */
export function useEventChanges(shown: Signal<ShownEvents | undefined>, refresh: () => void): EventChanges {
  const asked = useSignal<AskedChange | undefined>(undefined);
  const said = useSignal<string | undefined>(undefined);

  async function make(change: Change, events: readonly EventAnswer[]): Promise<void> {
    const changed = await changeEvents(change, events);
    if (shown.value !== undefined) shown.value = changed.events.reduce(withChanged, shown.value);
    said.value = changedText(changed);
    refresh();
  }

  return {
    asked,
    said,
    retry: (event) => make('retry', [event]),
    cancel(event) {
      if (canChange('cancel', event)) asked.value = { change: 'cancel', events: [event] };
      else said.value = 'Only an event that waits can be cancelled.';
    },
    async confirmed() {
      if (asked.value !== undefined) await make(asked.value.change, asked.value.events);
    },
  };
}
