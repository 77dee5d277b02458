import { useEffect } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { NeedsScope } from '../../parts/needs-scope.tsx';
import { bulkRun, forgetRun } from '../../state/bulk-run.ts';
import { useTitle } from '../../state/title.ts';
import { type BulkJob, bulkJobIn, bulkJobPath } from '../../text/bulk-request.ts';
import { eventsPath } from '../../text/event-filters.ts';
import { JobForm } from './job-form.tsx';
import { RunCard } from './run-card.tsx';

/** Retries or cancels all events with some filters: counts them first, asks once, and shows how far it has got. */
export function BulkScreen() {
  const { url, route } = useLocation();
  const { searchParams } = new URL(url, location.origin);
  const run = bulkRun.value;
  const isBegun = run !== undefined && run.step !== 'counted';
  const job = isBegun ? run.job : bulkJobIn(searchParams, Date.now());
  const title = job.action === 'retry' ? 'Retry events' : 'Cancel events';
  const path = bulkJobPath(job);
  useTitle(title);

  useEffect(() => {
    if (!isBegun && url !== path) route(path, true);
  }, [url, isBegun]);

  function choose(chosen: BulkJob): void {
    forgetRun();
    route(bulkJobPath(chosen), true);
  }

  return (
    <div class="screen bulk">
      <div class="screen-head">
        <h1>{title}</h1>
        <div class="actions">
          <a class="button" href={eventsPath(job.filters)}>
            Show the events
          </a>
        </div>
      </div>
      <NeedsScope scope="manage" toDo="change events">
        <JobForm job={job} choose={choose} isBegun={isBegun} />
        <RunCard job={job} />
      </NeedsScope>
    </div>
  );
}
