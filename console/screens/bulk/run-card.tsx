import { useSignal } from '@preact/signals';
import { ActionButton } from '../../parts/action-button.tsx';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import { type BulkRun, bulkRun, changeEvents, countEvents, forgetRun, isStopping } from '../../state/bulk-run.ts';
import type { BulkJob } from '../../text/bulk-request.ts';
import { counted } from '../../text/number.ts';
import { lengthOfTime } from '../../text/time.ts';
import { HostTable } from './host-table.tsx';
import { endText, problemOfRun, progressText, verbs } from './run-text.ts';

/** Counts the events of a job, carries it out, and says what has come of it. */
export function RunCard({ job }: { readonly job: BulkJob }) {
  const run = bulkRun.value;
  if (run === undefined) {
    return (
      <section class="card">
        <h2>How many</h2>
        <p class="muted">Nothing is changed yet. First the events are counted, with the hosts that they call.</p>
        <div class="run-actions">
          <ActionButton scope="manage" kind="primary" run={() => countEvents(job)}>
            Count the events
          </ActionButton>
        </div>
      </section>
    );
  }
  if (run.step === 'counting') return <Counting run={run} />;
  if (run.step === 'counted') return <Counted run={run} />;
  return run.step === 'changing' ? <Changing run={run} /> : <Ended run={run} />;
}

type Props = { readonly run: BulkRun };

function Counting({ run: { counted: tally } }: Props) {
  return (
    <section class="card">
      <h2>How many</h2>
      <p role="status">{counted(tally.changed, 'event')} so far …</p>
      <progress aria-label="Counting the events" />
      <div class="run-actions">
        <StopButton />
      </div>
    </section>
  );
}

function Counted({ run }: Props) {
  const isAsking = useSignal(false);
  const { job, counted: tally } = run;
  const { changed: count, cursor, problem } = tally;
  const isWhole = cursor === null;
  const verb = verbs[job.action].now;
  return (
    <section class="card">
      <h2>How many</h2>
      {problem && <ProblemNotice problem={problem} retry={() => void countEvents(job)} />}
      <p role="status" hidden={count === 0 && problem !== undefined}>
        <strong>{isWhole ? counted(count, 'event') : `At least ${counted(count, 'event')}`}</strong> would be{' '}
        {verbs[job.action].done}.
        {job.rate !== undefined &&
          count > 1 &&
          ` At this rate, that takes ${lengthOfTime((count / job.rate) * 1_000)}.`}
        {!isWhole && problem === undefined && ' Counting was stopped, so there may be more.'}
      </p>
      <HostTable hosts={tally.hosts} />
      <div class="run-actions">
        <button type="button" onClick={() => void countEvents(job)}>
          Count again
        </button>
        {count > 0 && (
          <ActionButton
            scope="manage"
            kind={job.action === 'retry' ? 'primary' : 'danger'}
            run={() => (isAsking.value = true)}
          >
            {verb} {isWhole ? counted(count, 'event') : 'all of them'} …
          </ActionButton>
        )}
      </div>
      {isAsking.value && <Question run={run} close={() => (isAsking.value = false)} />}
    </section>
  );
}

function Question({ run, close }: Props & { readonly close: () => void }) {
  const { job, counted: tally } = run;
  const { now, consequence } = verbs[job.action];
  const many = counted(tally.changed, 'event');
  return (
    <ConfirmDialog
      title={`${now} ${many}?`}
      action={`${now} ${many}`}
      kind={job.action === 'retry' ? 'primary' : 'danger'}
      scope="manage"
      close={close}
      run={async () => {
        void changeEvents(run);
        return { ok: true, value: undefined };
      }}
    >
      <HostTable hosts={tally.hosts} />
      <p class="muted">{consequence}</p>
    </ConfirmDialog>
  );
}

function Changing({ run }: Props) {
  const { counted: tally, changed } = run;
  return (
    <section class="card">
      <h2>{verbs[run.job.action].underWay}</h2>
      <p role="status">{progressText(run)}</p>
      <progress aria-label="Changed events" max={Math.max(tally.changed, changed.changed, 1)} value={changed.changed} />
      <p class="muted">It goes on while you look at other screens, as long as this page is not closed.</p>
      <div class="run-actions">
        <StopButton />
      </div>
    </section>
  );
}

function StopButton() {
  return (
    <button type="button" class="danger" aria-disabled={isStopping.value} onClick={() => (isStopping.value = true)}>
      {isStopping.value ? 'Stopping …' : 'Stop'}
    </button>
  );
}

function Ended({ run }: Props) {
  const { problem, cursor } = run.changed;
  return (
    <section class="card">
      <h2>{cursor === null ? 'Done' : 'Stopped'}</h2>
      {problem && <ProblemNotice problem={problemOfRun(problem)} />}
      <p role="status">{endText(run)}</p>
      <div class="run-actions">
        {cursor !== null && (
          <ActionButton scope="manage" kind="primary" run={() => changeEvents(run)}>
            Go on
          </ActionButton>
        )}
        <button type="button" onClick={forgetRun}>
          Begin another
        </button>
      </div>
    </section>
  );
}
