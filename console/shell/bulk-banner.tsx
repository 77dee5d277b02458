import { useLocation } from 'preact-iso';
import { bulkRun } from '../state/bulk-run.ts';
import { bulkJobPath } from '../text/bulk-request.ts';
import { counted, wholeNumber } from '../text/number.ts';

/** Says on other screens that a bulk change is under way or was stopped, and leads back to it. */
export function BulkBanner() {
  const { path } = useLocation();
  const run = bulkRun.value;
  if (run === undefined || path === '/console/bulk' || (run.step !== 'changing' && run.step !== 'changed')) return null;
  const { job, step, counted: tally, changed } = run;
  const isStopped = step === 'changed' && changed.cursor !== null;
  if (step === 'changed' && !isStopped) return null;
  const name = job.action === 'retry' ? 'The retry' : 'The cancelling';
  return (
    <div class="banner info" role="status">
      <span>
        {name} of many events {isStopped ? 'has stopped' : 'is under way'}: {wholeNumber(changed.changed)} of{' '}
        {counted(tally.changed, 'event')}.
      </span>
      <a href={bulkJobPath(job)}>See it</a>
    </div>
  );
}
