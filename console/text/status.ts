import type { EventStatus } from '../state/api-types.ts';

/** The names of the statuses on the page. */
export const statusNames: Readonly<Record<EventStatus, string>> = {
  waiting_execution: 'Waiting',
  success: 'Succeeded',
  max_try_count_reached: 'Failed',
  cancelled: 'Cancelled',
};
