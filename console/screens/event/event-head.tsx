import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { tinykeys } from 'tinykeys';
import { ActionButton } from '../../parts/action-button.tsx';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import type { Answered, Problem } from '../../state/api-client.ts';
import type { EventAnswer } from '../../state/api-types.ts';
import { now } from '../../state/clock.ts';
import { health } from '../../state/health.ts';
import { whileNotTyping } from '../../state/keyboard.ts';
import { ask, may } from '../../state/session.ts';
import { eventPath } from '../../state/watched-event.ts';
import { eventSentence } from '../../text/event-sentence.ts';

type Props = { readonly event: EventAnswer; readonly refresh: () => void };

/** What an event is, what is going on with it, and what one can do about it. */
export function EventHead({ event, refresh }: Props) {
  const { isAskingToCancel, retry, refusal, done } = useActions(event, refresh);
  const isWaiting = event.status === 'waiting_execution';

  async function cancel(): Promise<Answered<unknown>> {
    const answered = await ask(eventPath(event.key), { method: 'DELETE' });
    if (answered.ok) done.value = 'The event is cancelled.';
    refresh();
    return answered;
  }

  return (
    <header class="event-head">
      <div class="screen-head">
        <StatusBadge status={event.status} />
        <h1 id="event-title">
          <span class="method">{event.method}</span> {event.url_to_send_request}
        </h1>
      </div>
      <p class="event-sentence">{eventSentence(event, now.value, health.value?.paused === true)}</p>
      <div class="event-actions">
        <ActionButton scope="manage" kind="primary" run={retry}>
          {retryName(event)}
        </ActionButton>
        {isWaiting && (
          <ActionButton scope="manage" kind="danger" run={() => (isAskingToCancel.value = true)}>
            Cancel …
          </ActionButton>
        )}
        <a class="button" href={`/console/publish?like=${encodeURIComponent(event.key)}`}>
          Publish again …
        </a>
        <CopyButton text={event.key} what="key" />
        <CopyButton text={() => location.href} what="link" />
      </div>
      <p class="event-done" role="status">
        {done.value}
      </p>
      {refusal.value && <Refusal {...refusal.value} />}
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

type Refused = { readonly problem: Problem; readonly at: number };

function useActions(event: EventAnswer, refresh: () => void) {
  const isAskingToCancel = useSignal(false);
  const refusal = useSignal<Refused | undefined>(undefined);
  const done = useSignal('');
  const isWaiting = event.status === 'waiting_execution';

  async function retry(): Promise<void> {
    done.value = '';
    refusal.value = undefined;
    const answered = await ask(`${eventPath(event.key)}/retry`, { method: 'POST' });
    if (answered.ok)
      done.value = isWaiting ? 'The event is called now.' : 'The event is called again, with all its tries.';
    else refusal.value = { problem: answered.problem, at: Date.now() };
    refresh();
  }

  useEffect(
    () =>
      tinykeys(
        window,
        whileNotTyping({
          r: () => void (may('manage') && retry()),
          c: () => {
            if (may('manage') && isWaiting) isAskingToCancel.value = true;
          },
        }),
      ),
    [event.key, isWaiting],
  );

  return { isAskingToCancel, retry, refusal, done };
}

/** Says why an event was not called and, if that passes, when to try again. */
function Refusal({ problem, at }: Refused) {
  const left = at + (problem.retryAfter ?? 0) * 1_000 - now.value;
  const isSoon = problem.retryAfter !== undefined;
  return (
    <div>
      <ProblemNotice problem={problem} />
      {isSoon && (
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
