import { useSignal } from '@preact/signals';
import { ActionButton } from '../../parts/action-button.tsx';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { ClockInstant } from '../../parts/instant.tsx';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import type { Problem } from '../../state/api-client.ts';
import { health, pauseQueue, resumeQueue } from '../../state/health.ts';

/** Pauses and resumes the whole queue. */
export function PauseCard() {
  const isAsking = useSignal(false);
  const problem = useSignal<Problem | undefined>(undefined);
  const { value } = health;
  const isPaused = value?.paused === true;

  async function resume(): Promise<void> {
    const answered = await resumeQueue();
    problem.value = answered.ok ? undefined : answered.problem;
  }

  return (
    <section class="card" aria-labelledby="pause-title">
      <h2 id="pause-title">Calls</h2>
      <div class="row">
        <p>
          {isPaused ? (
            <>
              <strong>Paused</strong>
              {value.paused_since_utc && (
                <>
                  {' since '}
                  <ClockInstant at={value.paused_since_utc} />
                </>
              )}
              . Events are accepted and none is called. When the queue is resumed, what has come due is called, the
              oldest first.
            </>
          ) : (
            <>
              <strong>{value === undefined ? 'Loading …' : 'Running.'}</strong> A pause stops all calls and loses
              nothing: events are still accepted, and are called after the pause.
            </>
          )}
        </p>
        {isPaused ? (
          <ActionButton scope="manage" kind="primary" run={resume}>
            Resume
          </ActionButton>
        ) : (
          <ActionButton scope="manage" run={() => (isAsking.value = true)}>
            Pause …
          </ActionButton>
        )}
      </div>
      {problem.value && <ProblemNotice problem={problem.value} />}
      {isAsking.value && (
        <ConfirmDialog
          title="Pause the whole queue?"
          action="Pause"
          scope="manage"
          run={pauseQueue}
          close={() => (isAsking.value = false)}
        >
          <p>
            No attempt starts any more, for any event, until somebody resumes the queue. Attempts that are under way end
            as always. In the cloud, attempts may still start for half a minute.
          </p>
        </ConfirmDialog>
      )}
    </section>
  );
}
