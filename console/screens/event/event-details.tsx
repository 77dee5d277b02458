import { CallDetails, TagsDetail } from '../../parts/call-details.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Detail, DetailInstant } from '../../parts/detail.tsx';
import type { EventAnswer } from '../../state/api-types.ts';
import { schedulePath } from '../../state/schedules.ts';
import { lengthOfTime } from '../../text/time.ts';
import { endedEventKey, webhookId } from './event-links.ts';

/** Every field of an event that is not a part of its request or its answer. */
export function EventDetails({ event }: { readonly event: EventAnswer }) {
  return (
    <section class="card details" aria-labelledby="details-title">
      <h2 id="details-title">Details</h2>
      <dl>
        <Links event={event} />
        <Instants event={event} />
        <Tries event={event} />
        <Identity event={event} />
      </dl>
    </section>
  );
}

type EventProps = { readonly event: EventAnswer };

function Links({ event }: EventProps) {
  const ended = endedEventKey(event);
  return (
    <>
      {event.failure_callback_key !== null && (
        <Detail name="Failure callback">
          <a href={screenPath(event.failure_callback_key)}>The event that reports this failure</a>
        </Detail>
      )}
      {event.callback_key !== null && (
        <Detail name="Callback">
          <a href={screenPath(event.callback_key)}>The event that tells the result</a>
        </Detail>
      )}
      {ended !== undefined && (
        <Detail name="Tells the end of">
          <a href={screenPath(ended)} class="event-key">
            {ended}
          </a>
        </Detail>
      )}
      {event.schedule_id !== null && (
        <Detail name="A run of the schedule">
          <a href={`/console${schedulePath(event.schedule_id)}`}>{event.schedule_id}</a>
        </Detail>
      )}
      {event.overlaps_with_key !== null && (
        <Detail name="Had not finished">
          <a href={screenPath(event.overlaps_with_key)}>The run before it</a>
        </Detail>
      )}
      <TagsDetail tags={event.event_tags} />
    </>
  );
}

function Instants({ event }: EventProps) {
  return (
    <>
      <Detail name="Published">
        <DetailInstant at={event.created_at_utc} />
      </Detail>
      <Detail name="First due">
        <DetailInstant at={event.timestamp_for_execution_to_start * 1_000} />
        <span class="note">{askedText(event)}</span>
      </Detail>
      {event.finished_at_utc !== null && (
        <Detail name="Finished">
          <DetailInstant at={event.finished_at_utc} />
        </Detail>
      )}
      {event.expires_at_utc === null ? (
        <Detail name="Kept">{keptText(event)}</Detail>
      ) : (
        <Detail name="Kept until">
          <DetailInstant at={event.expires_at_utc} />
        </Detail>
      )}
    </>
  );
}

function Tries({ event }: EventProps) {
  return (
    <>
      <Detail name="Tries">
        {event.try_count} of {event.max_try_count}
      </Detail>
      <CallDetails event={event} />
    </>
  );
}

function Identity({ event }: EventProps) {
  const id = webhookId(event);
  return (
    <>
      <Detail name="Key">
        <Copied text={event.key} what="key" />
      </Detail>
      {id !== undefined && (
        <Detail name="webhook-id">
          <Copied text={id} what="webhook-id" />
        </Detail>
      )}
      {event.deduplication_id !== null && (
        <Detail name="Deduplication id">
          <Copied text={event.deduplication_id} what="deduplication id" />
          {event.deduplication_window !== null && (
            <span class="note">known for {seconds(event.deduplication_window)}</span>
          )}
        </Detail>
      )}
    </>
  );
}

function Copied({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <span class="copied">
      <code>{text}</code>
      <CopyButton text={text} what={what} small />
    </span>
  );
}

function screenPath(key: string): string {
  return `/console/events/${encodeURIComponent(key)}`;
}

function askedText({ call_url_after: after, call_url_at: at }: EventAnswer): string {
  if (at !== null) return 'at a time that its publisher chose';
  return after === 0 || after === null ? 'at once' : `${seconds(after)} after it was published`;
}

function keptText({ keep_result_for: kept, keep_failed_for: keptFailed }: EventAnswer): string {
  const text = `for ${seconds(kept)} after it has finished`;
  return kept === keptFailed ? text : `${text}, or ${seconds(keptFailed)} if it fails`;
}

function seconds(count: number): string {
  return lengthOfTime(count * 1_000);
}
