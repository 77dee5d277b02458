import type { Problem } from '../../state/api-client.ts';
import type { EventAnswer } from '../../state/api-types.ts';
import { ask } from '../../state/session.ts';
import { counted } from '../../text/number.ts';

export type Change = 'retry' | 'cancel';

/** What came of changing events: those that were changed, and why others were not. */
export type Changed = {
  readonly change: Change;
  readonly events: readonly EventAnswer[];
  readonly problems: readonly Problem[];
};

/** Whether a change is possible for an event. Every event can be called once more. */
export function canChange(change: Change, { status }: EventAnswer): boolean {
  return change === 'retry' || status === 'waiting_execution';
}

/** What a change does to an event, as the words on its button. */
export function changeName(change: Change, { status }: EventAnswer): string {
  if (change === 'cancel') return 'Cancel';
  return status === 'waiting_execution' ? 'Call now' : 'Retry';
}

/** Retries or cancels events, one after another. One that is refused does not stop the others. */
export async function changeEvents(change: Change, events: readonly EventAnswer[]): Promise<Changed> {
  const changed: EventAnswer[] = [];
  const problems: Problem[] = [];
  for (const { key } of events) {
    const answered = await ask<EventAnswer>(change === 'retry' ? `/events/${key}/retry` : `/events/${key}`, {
      method: change === 'retry' ? 'POST' : 'DELETE',
    });
    if (answered.ok) changed.push(answered.value);
    else problems.push(answered.problem);
  }
  return { change, events: changed, problems };
}

/** Says in a sentence what came of changing events. */
export function changedText({ change, events, problems: [problem, ...others] }: Changed): string {
  const done = `${counted(events.length, 'event')} ${events.length === 1 ? 'is' : 'are'} ${change === 'retry' ? 'called now' : 'cancelled'}.`;
  if (problem === undefined) return done;
  const failed = `${counted(others.length + 1, 'event')} could not be changed: ${problem.detail}`;
  return events.length === 0 ? failed : `${done} ${failed}`;
}
