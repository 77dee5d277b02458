import { NextRuns } from '../../parts/next-runs.tsx';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import type { Problem } from '../../state/api-client.ts';
import type { EventAnswer, EventPage, ScheduleAnswer } from '../../state/api-types.ts';
import { now } from '../../state/clock.ts';
import { useLive } from '../../state/live.ts';
import { schedulePath } from '../../state/schedules.ts';
import { eventsPath } from '../../text/event-filters.ts';
import { RunStrip } from './run-strip.tsx';

const ASK_EVERY_S = 5;
const RUNS_SHOWN = 30;
/** The number of runs that a schedule for each minute has ahead of their instants. */
const RUNS_AHEAD = 4;

/** The last runs of a schedule, and its next ones. */
export function RunsCard({ schedule }: { readonly schedule: ScheduleAnswer }) {
  const { id, next_runs_at_utc: next, time_zone, changed_at_utc, paused_at_utc } = schedule;
  const { value, problem, asOf, refresh } = useLive<EventPage>(`${schedulePath(id)}/runs`, {
    query: { limit: RUNS_SHOWN + RUNS_AHEAD },
    every: ASK_EVERY_S,
  });
  const last = value?.events.filter(hasCome).slice(0, RUNS_SHOWN) ?? [];
  return (
    <section class="card exchange" aria-labelledby="runs-title">
      <div class="part-head">
        <h2 id="runs-title">Runs</h2>
        <a href={eventsPath({ schedule: id, tag: [] })}>See them as a list</a>
      </div>
      {problem && <ProblemNotice problem={problem} asOf={asOf} retry={refresh} />}
      <h3>Last, the latest on the right</h3>
      {last.length > 0 ? <RunStrip runs={last} /> : <p class="run-strip muted">{insteadOfRuns(value, problem)}</p>}
      <h3>Next</h3>
      {next.length > 0 ? (
        <NextRuns key={changed_at_utc} runs={next} timeZone={time_zone} />
      ) : (
        <p class="muted">{paused_at_utc === null ? 'No instant is left.' : 'None while it is paused.'}</p>
      )}
    </section>
  );
}

/** Says why no run is shown. */
function insteadOfRuns(value: EventPage | undefined, problem: Problem | undefined): string {
  if (value) return 'There is none yet, or none is kept any more.';
  return problem ? 'Not known.' : 'Loading the runs …';
}

/** Says whether the instant of a run has come. A run is made up to three minutes before. */
function hasCome({ timestamp_for_execution_to_start: due }: EventAnswer): boolean {
  return due * 1_000 <= now.value;
}
