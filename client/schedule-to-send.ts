import type { NewSchedule, Schedule } from './api-types.ts';
import { jsonText } from './json-text.ts';

/** The fields that only answers have. The compiler refuses this list if it differs from the types of the API. */
const WITHOUT_ANSWERED: Record<Exclude<keyof Schedule, keyof NewSchedule>, undefined> = {
  id: undefined,
  status: undefined,
  in_words: undefined,
  created_at_utc: undefined,
  changed_at_utc: undefined,
  paused_at_utc: undefined,
  next_runs_at_utc: undefined,
  last_run: undefined,
};

/**
 * Writes a schedule as JSON. It leaves out the fields that only answers have, so that a schedule that was read can be
 * sent back with a change.
 *
 * @throws TypeError if the schedule has what JSON cannot write
 */
export function scheduleToSend(schedule: NewSchedule): string {
  return jsonText({ ...schedule, ...WITHOUT_ANSWERED });
}
