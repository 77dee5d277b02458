import type { Signal } from '@preact/signals';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import type { Answered } from '../../state/api-client.ts';
import { hostOf } from '../../text/event-summary.ts';
import { counted } from '../../text/number.ts';
import type { EventChanges } from './use-event-changes.ts';

/** The most hosts that a question names. */
const HOSTS_NAMED = 5;

type Props = { readonly changes: EventChanges; readonly selected: Signal<ReadonlySet<string>> };

/** Asks once before one event is cancelled, or several are changed. */
export function ChangeDialog({ changes, selected }: Props) {
  const { asked, confirmed } = changes;
  if (asked.value === undefined) return null;
  const { change, events } = asked.value;
  const [only] = events;
  const many = counted(events.length, 'event');
  const verb = change === 'retry' ? 'Retry' : 'Cancel';

  async function run(): Promise<Answered<unknown>> {
    const answered = await confirmed();
    if (answered.ok && events.some(({ key }) => selected.value.has(key))) selected.value = new Set();
    return answered;
  }

  return (
    <ConfirmDialog
      title={`${verb} ${events.length === 1 ? 'this event' : many}?`}
      action={`${verb} ${events.length === 1 ? 'the event' : many}`}
      kind={change === 'retry' ? 'primary' : 'danger'}
      scope="manage"
      run={run}
      close={() => (asked.value = undefined)}
    >
      <p class="breaks">
        {events.length === 1 && only !== undefined
          ? `${only.method} ${only.url_to_send_request}`
          : `At ${hostsText(events.map(({ url_to_send_request: url }) => hostOf(url)))}.`}
      </p>
      <p class="muted">
        {change === 'retry'
          ? 'They are called now. Finished events get all their tries again.'
          : 'No more attempts start. An attempt that is under way still ends.'}
      </p>
    </ConfirmDialog>
  );
}

function hostsText(hosts: readonly string[]): string {
  const different = [...new Set(hosts)];
  const named = different.slice(0, HOSTS_NAMED).join(', ');
  const others = different.length - HOSTS_NAMED;
  return others > 0 ? `${named} and ${counted(others, 'other host')}` : named;
}
