import { StatusBadge } from '../../parts/status-badge.tsx';
import type { EventAnswer } from '../../state/api-types.ts';
import { now } from '../../state/clock.ts';
import { health } from '../../state/health.ts';
import { may } from '../../state/session.ts';
import { useWatchedEvent } from '../../state/watched-event.ts';
import { eventSentence } from '../../text/event-sentence.ts';

/** The most events that are watched at the same time. */
const MOST = 5;

/** The events that were published here, the latest first, and what becomes of them. */
export function PublishedEvents({ events }: { readonly events: readonly EventAnswer[] }) {
  return (
    <section class="card published" aria-labelledby="published-title" aria-live="polite">
      <h2 id="published-title">Published here</h2>
      {events.length === 0 ? (
        <p class="muted">Nothing yet. What becomes of a published event is shown here.</p>
      ) : (
        <ol>
          {events.slice(0, MOST).map((event) => (
            <PublishedEvent key={event.key} published={event} />
          ))}
        </ol>
      )}
    </section>
  );
}

function PublishedEvent({ published }: { readonly published: EventAnswer }) {
  const { value } = useWatchedEvent(may('read') ? published.key : undefined);
  const event = value?.event ?? published;
  const path = `/console/events/${encodeURIComponent(event.key)}`;
  return (
    <li>
      <StatusBadge status={event.status} />{' '}
      <a href={path} class="event-key">
        {event.key}
      </a>
      <p class="muted" aria-live="off">
        {may('read')
          ? eventSentence(event, now.value, health.value?.paused === true)
          : 'It was accepted. This key may not see what becomes of it: that needs the scope read.'}
      </p>
    </li>
  );
}
