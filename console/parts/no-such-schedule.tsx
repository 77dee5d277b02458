import { eventsPath } from '../text/event-filters.ts';
import { Empty } from './empty.tsx';

/** Says that there is no schedule with an id, and leads on. */
export function NoSuchSchedule({ id }: { readonly id: string }) {
  return (
    <Empty title="There is no such schedule any more, or its id is wrong">
      <p>
        <code class="event-key">{id}</code>
      </p>
      <p>
        <a href="/console/schedules">See the schedules</a>, or{' '}
        <a href={eventsPath({ schedule: id, tag: [] })}>the runs that are kept</a>.
      </p>
    </Empty>
  );
}
