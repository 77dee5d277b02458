import { ScopedLink } from '../../parts/scoped-link.tsx';
import { bulkPath, type EventFilters } from '../../text/event-filters.ts';

/** Leads to the screen that changes all events with the filters, also those that this page does not show. */
export function BulkButtons({ filters }: { readonly filters: EventFilters }) {
  const { status } = filters;
  const mayWait = status === undefined || status === 'waiting_execution';
  return (
    <>
      <ScopedLink scope="manage" path={bulkPath('retry', filters)}>
        {status === 'waiting_execution' ? 'Call all now …' : 'Retry all …'}
      </ScopedLink>
      {mayWait && (
        <ScopedLink scope="manage" path={bulkPath('cancel', { ...filters, status: 'waiting_execution' })}>
          Cancel all …
        </ScopedLink>
      )}
    </>
  );
}
