import { useMemo } from 'preact/hooks';
import { useRoute } from 'preact-iso';
import { LoadingCard, LoadingItem } from '../../parts/loading-item.tsx';
import { NeedsScope } from '../../parts/needs-scope.tsx';
import { NoSuchSchedule } from '../../parts/no-such-schedule.tsx';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import { RequestCard } from '../../parts/request-card.tsx';
import { useLiveAnswer } from '../../state/live.ts';
import { readSchedule } from '../../state/schedules.ts';
import { may } from '../../state/session.ts';
import { useTitle } from '../../state/title.ts';
import { RunsCard } from './runs-card.tsx';
import { ScheduleDetails } from './schedule-details.tsx';
import { ScheduleHead } from './schedule-head.tsx';

const ASK_EVERY_S = 5;

/** One schedule: when it runs, how its last runs ended, what is called, and what one can do about it. */
export function ScheduleScreen() {
  const id = useRoute().params.id ?? '';
  useTitle(id);
  return (
    <NeedsScope scope="read" toDo="see schedules">
      <WatchedSchedule key={id} id={id} />
    </NeedsScope>
  );
}

function WatchedSchedule({ id }: { readonly id: string }) {
  const load = useMemo(() => (may('read') ? (signal: AbortSignal) => readSchedule(id, signal) : undefined), []);
  const { value, problem, asOf, refresh } = useLiveAnswer(load, ASK_EVERY_S);
  if (problem?.kind === 'not-found') return <NoSuchSchedule id={id} />;
  if (value === undefined) {
    return problem === undefined ? <LoadingSchedule /> : <ProblemNotice problem={problem} retry={refresh} />;
  }
  const { schedule, bodyText } = value;
  return (
    <article class="screen item" aria-labelledby="schedule-title">
      {problem && <ProblemNotice problem={problem} asOf={asOf} retry={refresh} />}
      <ScheduleHead schedule={schedule} refresh={refresh} />
      <div class="item-columns">
        <div class="item-main">
          <RunsCard schedule={schedule} />
          <RequestCard event={schedule.event} bodyText={bodyText} />
        </div>
        <ScheduleDetails schedule={schedule} />
      </div>
    </article>
  );
}

function LoadingSchedule() {
  return (
    <LoadingItem what="schedule" details={14}>
      <LoadingCard title="Runs" lines={7} />
      <LoadingCard title="Request" lines={7} />
    </LoadingItem>
  );
}
