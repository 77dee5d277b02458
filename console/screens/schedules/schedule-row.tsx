import { RelativeInstant } from '../../parts/instant.tsx';
import { RunBadge } from '../../parts/run-badge.tsx';
import { ScheduleBadge } from '../../parts/schedule-badge.tsx';
import { ScopedLink } from '../../parts/scoped-link.tsx';
import type { ScheduleAnswer } from '../../state/api-types.ts';
import { schedulePath } from '../../state/schedules.ts';

export function ScheduleRow({ schedule }: { readonly schedule: ScheduleAnswer }) {
  const { id, status, in_words, next_runs_at_utc, last_run: last } = schedule;
  const [next] = next_runs_at_utc;
  return (
    <li data-row>
      <ScheduleBadge status={status} />
      <div>
        <a href={`/console${schedulePath(id)}`}>{id}</a>
        <p class="muted" title={in_words}>
          {in_words}
        </p>
      </div>
      <p>
        <span class="muted">Next</span> {next === undefined ? 'none' : <RelativeInstant at={next} />}
      </p>
      <p>
        <span class="muted">Last</span>{' '}
        {last === null ? (
          'none'
        ) : (
          <>
            <RunBadge {...last} /> <RelativeInstant at={last.due_at_utc} />
          </>
        )}
      </p>
    </li>
  );
}

export function NewScheduleLink() {
  return (
    <ScopedLink scope="manage" path="/console/new-schedule">
      New schedule …
    </ScopedLink>
  );
}
