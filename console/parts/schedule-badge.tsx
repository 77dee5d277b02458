import type { ScheduleAnswer } from '../state/api-types.ts';
import { scheduleStatusNames } from '../text/schedule-sentence.ts';

export function ScheduleBadge({ status }: Pick<ScheduleAnswer, 'status'>) {
  return <span class={`badge ${status}`}>{scheduleStatusNames[status]}</span>;
}
