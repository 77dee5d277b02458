import { useSignal } from '@preact/signals';
import { useLocation } from 'preact-iso';
import { ActionButton } from '../../parts/action-button.tsx';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import { ScheduleBadge } from '../../parts/schedule-badge.tsx';
import { ScopedLink } from '../../parts/scoped-link.tsx';
import type { ScheduleAnswer } from '../../state/api-types.ts';
import { now } from '../../state/clock.ts';
import { schedulePath } from '../../state/schedules.ts';
import { scheduleSentence } from '../../text/schedule-sentence.ts';
import { useScheduleActions } from './use-schedule-actions.ts';

type Props = { readonly schedule: ScheduleAnswer; readonly refresh: () => void };

/** What a schedule is, when it runs next, and what one can do about it. */
export function ScheduleHead({ schedule, refresh }: Props) {
  const { id, status, in_words } = schedule;
  const isAskingToDelete = useSignal(false);
  const { route } = useLocation();
  const { problem, done, run, pause, resume, remove } = useScheduleActions(id, refresh);

  async function removeAndLeave() {
    const answered = await remove();
    if (answered.ok) route('/console/schedules');
    return answered;
  }

  return (
    <header class="item-head">
      <div class="screen-head">
        <ScheduleBadge status={status} />
        <h1 id="schedule-title">{id}</h1>
      </div>
      <p class="item-sentence">
        {in_words}. {scheduleSentence(schedule, now.value)}
      </p>
      <div class="item-actions">
        <ActionButton scope="publish" kind="primary" run={run}>
          Run now
        </ActionButton>
        <ActionButton scope="manage" run={status === 'paused' ? resume : pause}>
          {status === 'paused' ? 'Resume' : 'Pause'}
        </ActionButton>
        <ScopedLink scope="manage" path={`/console${schedulePath(id)}/edit`}>
          Edit …
        </ScopedLink>
        <ActionButton scope="manage" kind="danger" run={() => (isAskingToDelete.value = true)}>
          Delete …
        </ActionButton>
      </div>
      <p class="item-done" role="status">
        {done}
      </p>
      {problem && <ProblemNotice problem={problem} />}
      {isAskingToDelete.value && (
        <ConfirmDialog
          title={`Delete the schedule ${id}?`}
          action="Delete the schedule"
          scope="manage"
          run={removeAndLeave}
          close={() => (isAskingToDelete.value = false)}
        >
          <p>No run of it starts any more. Runs that have been called already go on, and their events stay.</p>
        </ConfirmDialog>
      )}
    </header>
  );
}
