import type { FormRequest } from '../../event-form/event-request.ts';
import { sendForm } from '../../event-form/send-form.ts';
import type { Answered, FieldError, Problem } from '../../state/api-client.ts';
import type { ScheduleAnswer } from '../../state/api-types.ts';
import { readSchedule, schedulePath } from '../../state/schedules.ts';

/**
 * Makes a schedule, or replaces the one that is changed. A new schedule does not replace one that is there already.
 *
 * @param id The id of the schedule. Empty if the queue chooses it.
 */
export async function saveSchedule(
  id: string,
  before: ScheduleAnswer | undefined,
  request: FormRequest,
): Promise<Answered<ScheduleAnswer>> {
  if (id === '') return withPathsOfForm(await sendForm('POST', '/schedules', request));
  if (before === undefined && (await readSchedule(id)).ok) return { ok: false, problem: taken };
  return withPathsOfForm(await sendForm('PUT', schedulePath(id), request));
}

const taken: Problem = {
  kind: 'invalid',
  title: 'There is such a schedule already',
  detail: 'Choose another id.',
  errors: [{ path: 'id', detail: 'There is a schedule with this id already. Choose another id, or edit that one.' }],
};

/** Names the fields of the event as the form names them: without `event` in front. */
function withPathsOfForm<T>(answered: Answered<T>): Answered<T> {
  if (answered.ok || answered.problem.errors === undefined) return answered;
  const errors = answered.problem.errors.map(
    ({ path, detail }): FieldError => ({ path: path.replace(/^event\./, ''), detail }),
  );
  return { ok: false, problem: { ...answered.problem, errors } };
}
