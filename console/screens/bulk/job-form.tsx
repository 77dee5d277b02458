import { FilterFields } from '../../parts/filter-fields.tsx';
import { Segments } from '../../parts/segments.tsx';
import type { EventStatus } from '../../state/api-types.ts';
import { type BulkAction, type BulkJob, statusOf } from '../../text/bulk-request.ts';
import { withFilter } from '../../text/event-filters.ts';
import { statusNames } from '../../text/status.ts';

const actions: readonly { readonly value: BulkAction; readonly text: string }[] = [
  { value: 'retry', text: 'Retry' },
  { value: 'cancel', text: 'Cancel' },
];

type Props = {
  readonly job: BulkJob;
  readonly choose: (job: BulkJob) => void;
  /** Whether the job is under way or was, so that its fields stay as they are. */
  readonly isBegun: boolean;
};

/** The fields of a job: what is done, with which events, and how fast. */
export function JobForm({ job, choose, isBegun }: Props) {
  const { action, filters } = job;

  function chooseAction(chosen: BulkAction): void {
    const { status: _, due_after: _from, due_before: _until, ...others } = filters;
    choose({ action: chosen, filters: others });
  }

  return (
    <section class="card">
      <h2>Which events</h2>
      <div class="fields">
        <fieldset class="job" disabled={isBegun}>
          <div class="field">
            <span class="label">What to do</span>
            <Segments label="What to do" options={actions} chosen={action} choose={chooseAction} />
          </div>
          {action === 'retry' && <StatusField job={job} choose={choose} />}
          {action === 'retry' && <RateField job={job} choose={choose} />}
        </fieldset>
        <FilterFields filters={filters} choose={(chosen) => choose({ ...job, filters: chosen })} disabled={isBegun} />
        <p class="muted">
          Only events that were first due between the two times are meant. Remove a time, and there is no limit on that
          side.
        </p>
      </div>
    </section>
  );
}

function StatusField({ job, choose }: Pick<Props, 'job' | 'choose'>) {
  const { action, filters } = job;
  return (
    <label class="field">
      <span class="label">Status</span>
      <select
        value={statusOf(action, filters.status)}
        onChange={(change) =>
          choose({ ...job, filters: withFilter(filters, { name: 'status', value: change.currentTarget.value }) })
        }
      >
        {(Object.keys(statusNames) as EventStatus[]).map((status) => (
          <option key={status} value={status}>
            {statusNames[status]}
          </option>
        ))}
      </select>
    </label>
  );
}

function RateField({ job, choose }: Pick<Props, 'job' | 'choose'>) {
  function type(typed: string): void {
    const { rate: _, ...others } = job;
    choose(Number(typed) > 0 ? { ...others, rate: Number(typed) } : others);
  }

  return (
    <label class="field">
      <span class="label">Calls per second</span>
      <input
        type="number"
        min={0.1}
        max={1000}
        step="any"
        inputMode="decimal"
        placeholder="All at once"
        value={job.rate ?? ''}
        onChange={(change) => type(change.currentTarget.value)}
      />
    </label>
  );
}
