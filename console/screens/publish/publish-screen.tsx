import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { draftLike, newDraft } from '../../event-form/draft.ts';
import { sendForm } from '../../event-form/send-form.ts';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import type { Problem } from '../../state/api-client.ts';
import type { EventAnswer } from '../../state/api-types.ts';
import { pageOptions } from '../../state/page-options.ts';
import { zone, zoneName } from '../../state/preferences.ts';
import { useTitle } from '../../state/title.ts';
import { readEvent } from '../../state/watched-event.ts';
import { draft } from './current-draft.ts';
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
    const request = publishRequest(draft.value, zoneName(zone.value));
    const answered = await sendForm<EventAnswer>('POST', '/events', request);
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
      <div class="form-columns">
        <PublishForm problem={problem.value} publish={publish} />
        <div class="form-side">
          <PublishedEvents events={published.value} />
          <SameRequest />
        </div>
      </div>
    </div>
  );
}
