import { useSignal } from '@preact/signals';
import { PlainText } from '../../parts/plain-text.tsx';
import type { AttemptAnswer, EventAnswer } from '../../state/api-types.ts';
import { now } from '../../state/clock.ts';
import { zone, zoneName } from '../../state/preferences.ts';
import { isSuccess } from '../../text/event-sentence.ts';
import { exactTime, lengthOfTime, timeOfDay } from '../../text/time.ts';
import { answeredAttempt } from './answered-attempt.ts';
import { attemptTitle, type LeftOut, timelineOf } from './timeline.ts';

/** From this lateness on, in milliseconds, an attempt is marked as late. */
const LATE = 1_000;

/** The number of attempts that are shown until the reader asks for all. */
const SHOWN_AT_FIRST = 6;

/** The attempts of an event that are kept, the newest first, below the one that comes next. */
export function AttemptTimeline({ event }: { readonly event: EventAnswer }) {
  const areAllShown = useSignal(false);
  const longest = Math.max(event.timeout_for_request * 1_000, ...event.attempts.map((one) => one.duration_ms));
  const entries = timelineOf(event.attempts);
  const answered = answeredAttempt(event);
  const hidden = areAllShown.value ? 0 : entries.length - SHOWN_AT_FIRST;
  return (
    <section class="card attempts" aria-labelledby="attempts-title">
      <h2 id="attempts-title">Attempts</h2>
      <ol class="timeline">
        {event.next_attempt_at_utc !== null && <NextAttempt at={Date.parse(event.next_attempt_at_utc)} />}
        {entries
          .slice(0, hidden > 1 ? SHOWN_AT_FIRST : undefined)
          .map((entry) =>
            'number' in entry ? (
              <PastAttempt
                key={entry.number}
                attempt={entry}
                longest={longest}
                isAnswerShown={entry.number === answered?.number}
              />
            ) : (
              <Gap key="gap" {...entry} />
            ),
          )}
      </ol>
      {hidden > 1 && (
        <button type="button" class="quiet" onClick={() => (areAllShown.value = true)}>
          Show the earlier attempts, too
        </button>
      )}
      {entries.length === 0 && event.next_attempt_at_utc === null && <p class="muted">No attempt was made.</p>}
    </section>
  );
}

function NextAttempt({ at }: { readonly at: number }) {
  const left = at - now.value;
  return (
    <li class="next">
      <h3>Next attempt</h3>
      <p class="instants muted">Planned for {exactTime(at, zoneName(zone.value))}</p>
      <span class="duration countdown">{countdown(left)}</span>
    </li>
  );
}

function countdown(left: number): string {
  const seconds = Math.max(1_000, Math.ceil(Math.abs(left) / 1_000) * 1_000);
  if (left > 0) return `in ${lengthOfTime(seconds)}`;
  return left > -1_000 ? 'due now' : `due ${lengthOfTime(seconds)} ago`;
}

type PastAttemptProps = {
  readonly attempt: AttemptAnswer;
  /** The longest duration of an attempt, for which its bar is full. */
  readonly longest: number;
  /** Whether the whole answer stands elsewhere on the screen. */
  readonly isAnswerShown: boolean;
};

function PastAttempt({ attempt, longest, isAnswerShown }: PastAttemptProps) {
  const { late_ms: late, duration_ms: duration, error, requests } = attempt;
  const excerpt = isAnswerShown ? undefined : attempt.answer_excerpt;
  const started = Date.parse(attempt.started_at_utc);
  const zoned = zoneName(zone.value);
  return (
    <li class={isSuccess(attempt) ? 'good' : 'bad'}>
      <h3>{attemptTitle(attempt)}</h3>
      <p class="instants muted">
        <time dateTime={attempt.started_at_utc}>{exactTime(started, zoned)}</time>, planned{' '}
        {timeOfDay(started - late, zoned)}{' '}
        <span class={late >= LATE ? 'late' : ''}>({late === 0 ? 'in time' : `${lengthOfTime(late)} late`})</span>
      </p>
      <span class="duration">
        {lengthOfTime(duration)}
        <Bar part={duration / longest} />
      </span>
      {(error !== null || excerpt || requests === 2) && (
        <div class="more">
          {error !== null && (
            <p class="error">
              <PlainText text={error} />
            </p>
          )}
          {excerpt && <Excerpt {...excerpt} />}
          {requests === 2 && (
            <p class="muted">
              The request was sent twice, because the first connection was closed at once. That used two tries.
            </p>
          )}
        </div>
      )}
    </li>
  );
}

/** The beginning of what an attempt was answered. */
function Excerpt({ text, truncated }: NonNullable<AttemptAnswer['answer_excerpt']>) {
  if (text === null) return <p class="muted">The answer is no text.</p>;
  if (text === '') return null;
  return (
    <pre class="excerpt">
      <PlainText text={truncated ? `${text} …` : text} />
    </pre>
  );
}

function Gap({ from, to }: LeftOut) {
  return (
    <li class="gap">
      <p class="more muted">
        {from === to ? `Attempt ${from} is` : `Attempts ${from} to ${to} are`} not kept: of many attempts, the queue
        keeps the first ten and the last ten.
      </p>
    </li>
  );
}

/** A bar whose length is a part of the longest one. */
function Bar({ part }: { readonly part: number }) {
  return (
    <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      <rect class="all" width="100" height="4" />
      <rect width={Math.max(1, 100 * part)} height="4" />
    </svg>
  );
}
