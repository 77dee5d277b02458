import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { tinykeys } from 'tinykeys';
import type { Answered, Problem } from '../../state/api-client.ts';
import type { EventAnswer } from '../../state/api-types.ts';
import { health } from '../../state/health.ts';
import { whileNotTyping } from '../../state/keyboard.ts';
import { ask, may } from '../../state/session.ts';
import { eventPath } from '../../state/watched-event.ts';

/** A refusal of the queue, and when it came, in epoch milliseconds. */
export type Refused = { readonly problem: Problem; readonly at: number };

type EventActions = {
  readonly isAskingToCancel: Signal<boolean>;
  /** Why the last retry was refused. */
  readonly refused: Refused | undefined;
  /** What the last action did; empty as soon as another attempt has ended. */
  readonly done: string;
  retry(): Promise<void>;
  cancel(): Promise<Answered<unknown>>;
};

/** What the reader can do with an event, also by the keys `r` and `c`. */
export function useEventActions(event: EventAnswer, refresh: () => void): EventActions {
  const isAskingToCancel = useSignal(false);
  const refused = useSignal<Refused | undefined>(undefined);
  const done = useSignal({ text: '', tries: 0 });
  const isWaiting = event.status === 'waiting_execution';
  const say = (text: string) => (done.value = { text, tries: event.try_count });

  async function retry(): Promise<void> {
    say('');
    refused.value = undefined;
    const answered = await ask(`${eventPath(event.key)}/retry`, { method: 'POST' });
    if (answered.ok) say(calledText(isWaiting));
    else refused.value = { problem: answered.problem, at: Date.now() };
    refresh();
  }

  async function cancel(): Promise<Answered<unknown>> {
    refused.value = undefined;
    const answered = await ask(eventPath(event.key), { method: 'DELETE' });
    if (answered.ok) say('The event is cancelled.');
    refresh();
    return answered;
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
    [event.key, event.try_count, isWaiting],
  );

  const isNews = done.value.tries === event.try_count;
  return { isAskingToCancel, refused: refused.value, done: isNews ? done.value.text : '', retry, cancel };
}

function calledText(isWaiting: boolean): string {
  const tries = isWaiting ? '' : ', with all its tries';
  const isPaused = health.value?.paused === true;
  return isPaused
    ? `The event is due now${tries}, and is called when the queue is resumed.`
    : `The event is called now${tries}.`;
}
