import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useLocation, useRoute } from 'preact-iso';
import { AdvancedFields } from '../../event-form/advanced-fields.tsx';
import { type Draft, newDraft } from '../../event-form/draft.ts';
import { DraftForm } from '../../event-form/draft-form.tsx';
import { EventFields } from '../../event-form/event-fields.tsx';
import { TextField } from '../../event-form/fields.tsx';
import { NeedsScope } from '../../parts/needs-scope.tsx';
import { NoSuchSchedule } from '../../parts/no-such-schedule.tsx';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import type { Problem } from '../../state/api-client.ts';
import type { ScheduleAnswer } from '../../state/api-types.ts';
import { pageOptions } from '../../state/page-options.ts';
import { zone, zoneName } from '../../state/preferences.ts';
import { readSchedule, schedulePath } from '../../state/schedules.ts';
import { useTitle } from '../../state/title.ts';
import { saveSchedule } from './save-schedule.ts';
import { draftOfSchedule } from './schedule-draft.ts';
import { scheduleRequest } from './schedule-request.ts';
import { TimingFields } from './timing-fields.tsx';
import { TimingPreview } from './timing-preview.tsx';

/** A form for a new schedule. */
export function NewScheduleScreen() {
  useTitle('New schedule');
  const draft = useSignal<Draft>(newDraft(pageOptions.target ?? ''));
  return <ScheduleForm draft={draft} />;
}

/** A form that changes a schedule. */
export function EditScheduleScreen() {
  const id = useRoute().params.id ?? '';
  useTitle(`Edit ${id}`);
  return (
    <NeedsScope scope="read" toDo="see schedules">
      <EditSchedule key={id} id={id} />
    </NeedsScope>
  );
}

function EditSchedule({ id }: { readonly id: string }) {
  const draft = useSignal<Draft | undefined>(undefined);
  const before = useSignal<ScheduleAnswer | undefined>(undefined);
  const problem = useSignal<Problem | undefined>(undefined);

  async function load(): Promise<void> {
    const answered = await readSchedule(id);
    problem.value = answered.ok ? undefined : answered.problem;
    if (!answered.ok) return;
    before.value = answered.value.schedule;
    draft.value = draftOfSchedule(answered.value, zoneName(zone.peek()));
  }

  useEffect(() => void load(), []);

  if (problem.value?.kind === 'not-found') return <NoSuchSchedule id={id} />;
  if (problem.value) return <ProblemNotice problem={problem.value} retry={load} />;
  if (draft.value === undefined) return <p class="muted">Loading the schedule …</p>;
  return <ScheduleForm draft={draft as Signal<Draft>} before={before.value} />;
}

type Props = {
  readonly draft: Signal<Draft>;
  /** The schedule that is changed. Undefined for a new one. */
  readonly before?: ScheduleAnswer | undefined;
};

function ScheduleForm({ draft, before }: Props) {
  const problem = useSignal<Problem | undefined>(undefined);
  const { route } = useLocation();
  const title = before ? `Edit ${before.id}` : 'New schedule';
  const context = { zone: zoneName(zone.value), before };

  async function save(): Promise<void> {
    const saved = await saveSchedule(draft.value.id.trim(), before, scheduleRequest(draft.value, context));
    problem.value = saved.ok ? undefined : saved.problem;
    if (saved.ok) route(`/console${schedulePath(saved.value.id)}`);
  }

  return (
    <div class="screen schedule-form">
      <h1>{title}</h1>
      <DraftForm
        label={title}
        draft={draft}
        problem={problem.value}
        action={before ? 'Save the changes' : 'Make the schedule'}
        scope="manage"
        send={save}
      >
        {before === undefined && (
          <TextField
            name="id"
            label="Id: letters, digits, points, hyphens, underscores"
            of="id"
            placeholder="chosen by the queue"
          />
        )}
        <TimingFields />
        <TimingPreview context={context} />
        <EventFields />
        <AdvancedFields />
      </DraftForm>
    </div>
  );
}
