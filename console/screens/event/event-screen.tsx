import { useRoute } from 'preact-iso';
import { Empty } from '../../parts/empty.tsx';
import { LoadingCard, LoadingItem } from '../../parts/loading-item.tsx';
import { NeedsScope } from '../../parts/needs-scope.tsx';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import { RequestCard } from '../../parts/request-card.tsx';
import { may } from '../../state/session.ts';
import { useTitle } from '../../state/title.ts';
import { useWatchedEvent } from '../../state/watched-event.ts';
import { AnswerCard } from './answer-card.tsx';
import { AttemptTimeline } from './attempt-timeline.tsx';
import { EventDetails } from './event-details.tsx';
import { EventHead } from './event-head.tsx';

/** One event: what is going on with it, what has happened to it, what is sent and what was answered. */
export function EventScreen() {
  const key = useRoute().params.key ?? '';
  useTitle('Event');
  return (
    <NeedsScope scope="read" toDo="see events" title="Event">
      <WatchedEventScreen key={key} eventKey={key} />
    </NeedsScope>
  );
}

function WatchedEventScreen({ eventKey }: { readonly eventKey: string }) {
  const { value, problem, asOf, refresh } = useWatchedEvent(may('read') ? eventKey : undefined);
  if (value === undefined) {
    if (problem?.kind === 'not-found') return <NoSuchEvent eventKey={eventKey} />;
    if (problem === undefined) return <LoadingEvent />;
    return (
      <div class="screen">
        <h1>Event</h1>
        <ProblemNotice problem={problem} retry={refresh} />
      </div>
    );
  }
  const { event, bodyText } = value;
  return (
    <article class="screen item" aria-labelledby="event-title">
      {problem && <ProblemNotice problem={problem} asOf={asOf} retry={refresh} />}
      <EventHead event={event} refresh={refresh} />
      <div class="item-columns">
        <div class="item-main">
          <AttemptTimeline event={event} />
          <div class="event-exchange">
            <RequestCard event={event} bodyText={bodyText} />
            <AnswerCard event={event} />
          </div>
        </div>
        <EventDetails event={event} />
      </div>
    </article>
  );
}

function LoadingEvent() {
  return (
    <LoadingItem what="event" details={14}>
      <LoadingCard title="Attempts" lines={2} />
      <div class="event-exchange">
        <LoadingCard title="Request" lines={9} />
        <LoadingCard title="Answer" lines={9} />
      </div>
    </LoadingItem>
  );
}

function NoSuchEvent({ eventKey }: { readonly eventKey: string }) {
  return (
    <Empty title="There is no such event any more, or its key is wrong">
      <p>
        <code class="event-key">{eventKey}</code>
      </p>
      <p>
        A result is kept for 24 hours after its event has finished, unless its publisher or the owner of the queue chose
        another time. Then the queue forgets it. Check that the key is complete. By its <code>webhook-id</code>, an
        event is found after its first attempt.
      </p>
      <p>
        <a href="/console/events">See the events that are kept</a>
      </p>
    </Empty>
  );
}
