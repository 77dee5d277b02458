import type { EventAnswer } from '../state/api-types.ts';
import { delaysText } from '../text/delays-text.ts';
import { eventsPath } from '../text/event-filters.ts';
import { lengthOfTime } from '../text/time.ts';
import { Detail } from './detail.tsx';
import { PlainText } from './plain-text.tsx';

type Called = Pick<
  EventAnswer,
  | 'timeout_for_request'
  | 'retry_delay'
  | 'retry_delays'
  | 'retry_backoff'
  | 'retry_max_delay'
  | 'failure_url'
  | 'callback_url'
>;

/** How an event, or that of a schedule, is called. */
export function CallDetails({ event }: { readonly event: Called }) {
  return (
    <>
      <Detail name="Timeout">{lengthOfTime(event.timeout_for_request * 1_000)}</Detail>
      <Detail name="Between tries">{delaysText(event)}</Detail>
      {event.failure_url !== null && (
        <Detail name="Called if it fails">
          <span class="long">{event.failure_url}</span>
        </Detail>
      )}
      {event.callback_url !== null && (
        <Detail name="Called with the result">
          <span class="long">{event.callback_url}</span>
        </Detail>
      )}
    </>
  );
}

/** The tags of an event, or of that of a schedule. Each leads to the events that have it. */
export function TagsDetail({ tags }: { readonly tags: readonly string[] }) {
  if (tags.length === 0) return null;
  return (
    <Detail name="Tags">
      <span class="event-tags">
        {tags.map((tag) => (
          <a key={tag} class="event-tag" href={eventsPath({ tag: [tag] })}>
            <PlainText text={tag} />
          </a>
        ))}
      </span>
    </Detail>
  );
}
