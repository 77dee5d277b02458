import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import type { Problem } from '../../state/api-client.ts';
import type { EventAnswer } from '../../state/api-types.ts';
import { pageOptions } from '../../state/page-options.ts';
import { zone, zoneName } from '../../state/preferences.ts';
import { ask } from '../../state/session.ts';
import { useTitle } from '../../state/title.ts';
import { readEvent } from '../../state/watched-event.ts';
import { draft } from './current-draft.ts';
import { draftLike, newDraft } from './draft.ts';
import { PublishForm } from './publish-form.tsx';
import { publishRequest } from './publish-request.ts';
import { PublishedEvents } from './published-events.tsx';
import { SameRequest } from './same-request.tsx';

/** A form for a new event, the same request as code, and what becomes of the events that were published here. */
export function PublishScreen() {
  const problem = useSignal<Problem | undefined>(undefined);
  const missing = useSignal<Problem | undefined>(undefined);
  const published = useSignal<readonly EventAnswer[]>([]);
  const like = useLocation().query.like;
  useTitle('Publish');
  useEffect(() => {
    if (like !== undefined) void fillFrom(like);
  }, [like]);

  async function fillFrom(key: string): Promise<void> {
    const answered = await readEvent(key);
    missing.value = answered.ok ? undefined : answered.problem;
    if (answered.ok) draft.value = draftLike(answered.value);
  }

  async function publish(): Promise<void> {
    const { json, mistakes } = publishRequest(draft.value, zoneName(zone.value));
    problem.value = mistakes.length === 0 ? undefined : unfinished(mistakes);
    if (mistakes.length > 0) return;
    const answered = await ask<EventAnswer>('/events', { method: 'POST', json });
    problem.value = answered.ok ? undefined : answered.problem;
    if (!answered.ok) return;
    const others = published.value.filter(({ key }) => key !== answered.value.key);
    published.value = [answered.value, ...others];
  }

  return (
    <div class="screen publish">
      <div class="screen-head">
        <h1>Publish an event</h1>
        <div class="actions">
          <button type="button" onClick={() => (draft.value = newDraft(pageOptions.target ?? ''))}>
            Begin anew
          </button>
        </div>
      </div>
      {missing.value && <ProblemNotice problem={missing.value} />}
      <div class="publish-columns">
        <PublishForm problem={problem} publish={publish} />
        <div class="publish-side">
          <PublishedEvents events={published.value} />
          <SameRequest />
        </div>
      </div>
    </div>
  );
}

function unfinished(errors: NonNullable<Problem['errors']>): Problem {
  return { kind: 'invalid', title: 'Some fields are not valid', detail: 'Mend the fields that are marked.', errors };
}
