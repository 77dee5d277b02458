import { ActionButton } from '../../parts/action-button.tsx';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import type { EventAnswer } from '../../state/api-types.ts';
import { now } from '../../state/clock.ts';
import { health } from '../../state/health.ts';
import { eventSentence } from '../../text/event-sentence.ts';
import { type Refused, useEventActions } from './use-event-actions.ts';

type Props = { readonly event: EventAnswer; readonly refresh: () => void };

/** What an event is, what is going on with it, and what one can do about it. */
export function EventHead({ event, refresh }: Props) {
  const { isAskingToCancel, refused, done, retry, cancel } = useEventActions(event, refresh);
  const isWaiting = event.status === 'waiting_execution';

  return (
    <header class="item-head">
      <div class="screen-head">
        <StatusBadge status={event.status} />
        <h1 id="event-title">
          <span class="method">{event.method}</span> {event.url_to_send_request}
        </h1>
      </div>
      <p class="item-sentence">{eventSentence(event, now.value, health.value?.paused === true)}</p>
      <div class="item-actions">
        <ActionButton scope="manage" kind="primary" run={retry}>
          {retryName(event)}
        </ActionButton>
        {/* The button stays, so that the focus comes back to it from the dialog. */}
        <ActionButton
          scope="manage"
          kind="danger"
          disabled={!isWaiting}
          title={isWaiting ? undefined : 'Only an event that waits can be cancelled.'}
          run={() => (isAskingToCancel.value = true)}
        >
          Cancel …
        </ActionButton>
        <a class="button" href={`/console/publish?like=${encodeURIComponent(event.key)}`}>
          Publish again …
        </a>
        <CopyButton text={event.key} what="key" />
        <CopyButton text={() => location.href} what="link" />
      </div>
      <p class="item-done" role="status">
        {done}
      </p>
      {refused && <Refusal {...refused} />}
      {isAskingToCancel.value && (
        <ConfirmDialog
          title="Cancel this event?"
          action="Cancel the event"
          scope="manage"
          run={cancel}
          close={() => (isAskingToCancel.value = false)}
        >
          <p>No attempt of it starts any more. One that is under way may still end, and may make it a success.</p>
        </ConfirmDialog>
      )}
    </header>
  );
}

/** Says why an event was not called and, if that passes, when to try again. */
function Refusal({ problem, at }: Refused) {
  const left = at + (problem.retryAfter ?? 0) * 1_000 - now.value;
  return (
    <div>
      <ProblemNotice problem={problem} />
      {problem.retryAfter !== undefined && (
        <p class="muted">
          {left > 0 ? `It is possible again in ${Math.ceil(left / 1_000)} s.` : 'It should be possible again now.'}
        </p>
      )}
    </div>
  );
}

function retryName({ status }: EventAnswer): string {
  if (status === 'waiting_execution') return 'Call now';
  return status === 'success' ? 'Call again' : 'Retry';
}
