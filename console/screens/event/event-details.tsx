import type { ComponentChildren } from 'preact';
import { CopyButton } from '../../parts/copy-button.tsx';
import { ExactInstant, RelativeInstant } from '../../parts/instant.tsx';
import type { EventAnswer } from '../../state/api-types.ts';
import { eventsPath } from '../../text/event-filters.ts';
import { lengthOfTime } from '../../text/time.ts';
import { delaysText } from './delays-text.ts';
import { endedEventKey, webhookId } from './event-links.ts';

/** Every field of an event that is not a part of its request or its answer. */
export function EventDetails({ event }: { readonly event: EventAnswer }) {
  return (
    <section class="card event-details" aria-labelledby="details-title">
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
        <Field name="Failure callback">
          <a href={screenPath(event.failure_callback_key)}>The event that reports this failure</a>
        </Field>
      )}
      {event.callback_key !== null && (
        <Field name="Callback">
          <a href={screenPath(event.callback_key)}>The event that tells the result</a>
        </Field>
      )}
      {ended !== undefined && (
        <Field name="Tells the end of">
          <a href={screenPath(ended)} class="event-key">
            {ended}
          </a>
        </Field>
      )}
      {event.event_tags.length > 0 && (
        <Field name="Tags">
          <span class="event-tags">
            {event.event_tags.map((tag) => (
              <a key={tag} class="event-tag" href={eventsPath({ tag: [tag] })}>
                {tag}
              </a>
            ))}
          </span>
        </Field>
      )}
    </>
  );
}

function Instants({ event }: EventProps) {
  return (
    <>
      <Field name="Published">
        <Instant at={event.created_at_utc} />
      </Field>
      <Field name="First due">
        <Instant at={event.timestamp_for_execution_to_start * 1_000} />
        <Note>{askedText(event)}</Note>
      </Field>
      {event.finished_at_utc !== null && (
        <Field name="Finished">
          <Instant at={event.finished_at_utc} />
        </Field>
      )}
      {event.expires_at_utc === null ? (
        <Field name="Kept">{keptText(event)}</Field>
      ) : (
        <Field name="Kept until">
          <Instant at={event.expires_at_utc} />
        </Field>
      )}
    </>
  );
}

function Tries({ event }: EventProps) {
  return (
    <>
      <Field name="Tries">
        {event.try_count} of {event.max_try_count}
      </Field>
      <Field name="Timeout">{seconds(event.timeout_for_request)}</Field>
      <Field name="Between tries">{delaysText(event)}</Field>
      {event.failure_url !== null && (
        <Field name="Called if it fails">
          <span class="long">{event.failure_url}</span>
        </Field>
      )}
      {event.callback_url !== null && (
        <Field name="Called with the result">
          <span class="long">{event.callback_url}</span>
        </Field>
      )}
    </>
  );
}

function Identity({ event }: EventProps) {
  const id = webhookId(event);
  return (
    <>
      <Field name="Key">
        <Copied text={event.key} what="key" />
      </Field>
      {id !== undefined && (
        <Field name="webhook-id">
          <Copied text={id} what="webhook-id" />
        </Field>
      )}
      {event.deduplication_id !== null && (
        <Field name="Deduplication id">
          <Copied text={event.deduplication_id} what="deduplication id" />
          {event.deduplication_window !== null && <Note>known for {seconds(event.deduplication_window)}</Note>}
        </Field>
      )}
    </>
  );
}

function Field({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Instant({ at }: { readonly at: string | number }) {
  return (
    <>
      <RelativeInstant at={at} />
      <Note>
        <ExactInstant at={at} />
      </Note>
    </>
  );
}

function Note({ children }: { readonly children: ComponentChildren }) {
  return <span class="note">{children}</span>;
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
