import { type Signal, useSignal } from '@preact/signals';
import type { Answered } from '../../state/api-client.ts';
import type { EventAnswer } from '../../state/api-types.ts';
import { type Change, type Changed, canChange, changedText, changeEvents } from './event-changes.ts';
import { type ShownEvents, withChanged } from './shown-events.ts';

/** A change of several events, or one that needs a second thought, before the reader has confirmed it. */
type AskedChange = { readonly change: Change; readonly events: readonly EventAnswer[] };

export type EventChanges = {
  /** The change that the reader is asked to confirm. */
  readonly asked: Signal<AskedChange | undefined>;
  /** What came of the last change, as a sentence. */
  readonly said: Signal<string | undefined>;
  readonly retry: (event: EventAnswer) => Promise<void>;
  readonly cancel: (event: EventAnswer) => void;
  /** Makes the change that was confirmed. It has failed if none of the events could be changed. */
  readonly confirmed: () => Promise<Answered<unknown>>;
};

/** Changes events of the list, and shows at once what became of them. */
export function useEventChanges(shown: Signal<ShownEvents | undefined>, refresh: () => void): EventChanges {
  const asked = useSignal<AskedChange | undefined>(undefined);
  const said = useSignal<string | undefined>(undefined);

  async function make({ change, events }: AskedChange): Promise<Changed> {
    const changed = await changeEvents(change, events);
    if (shown.value !== undefined) shown.value = changed.events.reduce(withChanged, shown.value);
    refresh();
    return changed;
  }

  async function retry(event: EventAnswer): Promise<void> {
    said.value = changedText(await make({ change: 'retry', events: [event] }));
  }

  function cancel(event: EventAnswer): void {
    if (canChange('cancel', event)) asked.value = { change: 'cancel', events: [event] };
    else said.value = 'Only an event that waits can be cancelled.';
  }

  async function confirmed(): Promise<Answered<unknown>> {
    if (asked.value === undefined) return { ok: true, value: undefined };
    const changed = await make(asked.value);
    const [problem] = changed.problems;
    if (changed.events.length === 0 && problem !== undefined) return { ok: false, problem };
    said.value = changedText(changed);
    return { ok: true, value: undefined };
  }

  return { asked, said, retry, cancel, confirmed };
}
