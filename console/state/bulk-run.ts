import { effect, signal } from '@preact/signals';
import { type BulkJob, bulkBody } from '../text/bulk-request.ts';
import type { BulkAnswer } from './api-types.ts';
import { NOT_BEGUN, type Walked, walk } from './bulk-walk.ts';
import { ask } from './session.ts';

/**
 * A job on its way: counted first, then carried out. It goes on while the reader looks at other screens. If the page is
 * closed, what has been changed stays changed, and the rest is left as it is.
 */
export type BulkRun = {
  readonly job: BulkJob;
  readonly step: 'counting' | 'counted' | 'changing' | 'changed';
  readonly counted: Walked;
  readonly changed: Walked;
};

/** The job of this page. There is one at a time. */
export const bulkRun = signal<BulkRun | undefined>(undefined);
/** Whether the reader asked the job to stop. It stops when the request that is under way is answered. */
export const isStopping = signal(false);

/** Counts the events of a job, without a change. */
export async function countEvents(job: BulkJob): Promise<void> {
  const run: BulkRun = { job, step: 'counting', counted: NOT_BEGUN, changed: NOT_BEGUN };
  const counted = await send(run, 'counted', true);
  if (bulkRun.peek()?.job === job) bulkRun.value = { ...run, step: 'counted', counted };
}

/** Changes the events of a job that has been counted, from where it has got to. */
export async function changeEvents(run: BulkRun): Promise<void> {
  const changing: BulkRun = { ...run, step: 'changing' };
  const changed = await send(changing, 'changed', false);
  bulkRun.value = { ...changing, step: 'changed', changed };
}

/** Forgets a job that is not under way. */
export function forgetRun(): void {
  bulkRun.value = undefined;
}

async function send(run: BulkRun, part: 'counted' | 'changed', isDryRun: boolean): Promise<Walked> {
  const { action } = run.job;
  isStopping.value = false;
  bulkRun.value = run;
  return walk(
    { ...bulkBody(run.job), ...(isDryRun && { dry_run: true }) },
    run[part],
    (body) => ask<BulkAnswer>(`/events/${action}`, { method: 'POST', body }),
    () => isStopping.peek() || bulkRun.peek()?.job !== run.job,
    (walked) => {
      if (bulkRun.peek()?.job === run.job) bulkRun.value = { ...run, [part]: walked };
    },
  );
}

function warn(leaving: BeforeUnloadEvent): void {
  leaving.preventDefault();
}

effect(() => {
  if (bulkRun.value?.step === 'changing') addEventListener('beforeunload', warn);
  else removeEventListener('beforeunload', warn);
});
