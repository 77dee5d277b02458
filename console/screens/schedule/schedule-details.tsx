import { CallDetails, TagsDetail } from '../../parts/call-details.tsx';
import { Detail, DetailInstant } from '../../parts/detail.tsx';
import type { ScheduleAnswer } from '../../state/api-types.ts';
import { lengthOfTime } from '../../text/time.ts';

/** Every field of a schedule that is not said elsewhere on the screen. */
export function ScheduleDetails({ schedule }: { readonly schedule: ScheduleAnswer }) {
  const { cron, time_zone, every, from, until, overlap, catch_up, event } = schedule;
  const { created_at_utc: made, changed_at_utc: changed } = schedule;
  return (
    <section class="card details" aria-labelledby="details-title">
      <h2 id="details-title">Details</h2>
      <dl>
        {cron !== null && (
          <Detail name="Cron">
            <code>{cron}</code>
            <span class="note">{time_zone}</span>
          </Detail>
        )}
        {every !== null && <Detail name="Every">{lengthOfTime(every * 1_000)}</Detail>}
        <Bound name={every === null ? 'From' : 'Counted from'} at={from} />
        <Bound name="Until" at={until} />
        <Detail name="While a run has not finished">
          {overlap === 'skip' ? 'The next one is skipped' : 'The next one is called all the same'}
        </Detail>
        <Detail name="Missed runs that are made up for">
          {catch_up === 0 ? 'None' : `The latest ${catch_up === 1 ? 'one' : catch_up}`}
        </Detail>
        <Detail name="Tries">{event.max_try_count}</Detail>
        <CallDetails event={event} />
        <TagsDetail tags={event.event_tags} />
        <Bound name="Made" at={made} />
        <Bound name="Changed" at={changed === made ? null : changed} />
        <Bound name="Paused" at={schedule.paused_at_utc} />
      </dl>
    </section>
  );
}

function Bound({ name, at }: { readonly name: string; readonly at: string | null }) {
  if (at === null) return null;
  return (
    <Detail name={name}>
      <DetailInstant at={at} />
    </Detail>
  );
}
