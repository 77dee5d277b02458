import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { NeedsScope } from '../../parts/needs-scope.tsx';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import { useLiveAnswer } from '../../state/live.ts';
import { useRowWalk } from '../../state/row-walk.ts';
import { may } from '../../state/session.ts';
import { useTitle } from '../../state/title.ts';
import { FirstSchedule } from './first-schedule.tsx';
import { readPages } from './read-pages.ts';
import { NewScheduleLink, ScheduleRow } from './schedule-row.tsx';

const ASK_EVERY_S = 10;
const ROWS_WHILE_LOADING = 8;

/** All schedules, sorted by their ids. */
export function SchedulesScreen() {
  useTitle('Schedules');
  return (
    <div class="screen">
      <div class="screen-head">
        <h1>Schedules</h1>
        <div class="actions">
          <NewScheduleLink />
        </div>
      </div>
      <NeedsScope scope="read" toDo="see schedules">
        <ScheduleList />
      </NeedsScope>
    </div>
  );
}

function ScheduleList() {
  const pages = useSignal(1);
  const load = useMemo(() => (signal: AbortSignal) => readPages(pages.peek(), signal), []);
  const { value, problem, asOf, refresh } = useLiveAnswer(may('read') ? load : undefined, ASK_EVERY_S);
  useRowWalk();
  useEffect(() => {
    if (pages.value > 1) refresh();
  }, [pages.value]);

  return (
    <>
      {problem && <ProblemNotice problem={problem} asOf={asOf} retry={refresh} />}
      {value === undefined && problem === undefined && <LoadingList />}
      {value?.schedules.length === 0 && <FirstSchedule />}
      {value !== undefined && value.schedules.length > 0 && (
        <ul class="schedule-list">
          {value.schedules.map((schedule) => (
            <ScheduleRow key={schedule.id} schedule={schedule} />
          ))}
        </ul>
      )}
      {value?.next_cursor != null && (
        <button type="button" onClick={() => pages.value++}>
          Show more schedules
        </button>
      )}
    </>
  );
}

function LoadingList() {
  return (
    <>
      <p class="only-read" role="status">
        Loading the schedules …
      </p>
      <ul class="schedule-list loading-list" aria-hidden="true">
        {Array.from({ length: ROWS_WHILE_LOADING }, (_, row) => (
          <li key={row}>
            <span class="bone" />
          </li>
        ))}
      </ul>
    </>
  );
}
