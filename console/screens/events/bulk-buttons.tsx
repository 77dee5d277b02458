import { ActionButton } from '../../parts/action-button.tsx';
import { may } from '../../state/session.ts';
import { bulkPath, type EventFilters } from '../../text/event-filters.ts';

/** Leads to the screen that changes all events with the filters, also those that this page does not show. */
export function BulkButtons({ filters }: { readonly filters: EventFilters }) {
  const { status } = filters;
  const mayWait = status === undefined || status === 'waiting_execution';
  return (
    <>
      <BulkLink
        path={bulkPath('retry', filters)}
        text={status === 'waiting_execution' ? 'Call all now …' : 'Retry all …'}
      />
      {mayWait && (
        <BulkLink path={bulkPath('cancel', { ...filters, status: 'waiting_execution' })} text="Cancel all …" />
      )}
    </>
  );
}

/** A link or, for a key that may change nothing, a greyed button that names the scope. */
function BulkLink({ path, text }: { readonly path: string; readonly text: string }) {
  if (may('manage')) {
    return (
      <a class="button" href={path}>
        {text}
      </a>
    );
  }
  return (
    <ActionButton scope="manage" run={() => {}}>
      {text}
    </ActionButton>
  );
}
