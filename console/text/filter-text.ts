import type { AttemptOutcome, EventStatus } from '../state/api-types.ts';
import { instantIn, type OneFilter } from './event-filters.ts';
import { outcomeNames } from './outcome.ts';
import { statusNames } from './status.ts';
import { clockTime } from './time.ts';

const names: Readonly<Record<OneFilter['name'], string>> = {
  status: 'Status',
  tag: 'Tag',
  schedule: 'Schedule',
  host: 'Host',
  outcome: 'Outcome',
  status_code: 'Answer',
  due_after: 'Due from',
  due_before: 'Due before',
};

/** Says what a filter asks for, such as "Tag: mails". */
export function filterText({ name, value }: OneFilter, now: number, zone: string | undefined): string {
  return `${names[name]}: ${valueText(name, value, now, zone)}`;
}

function valueText(name: OneFilter['name'], value: string, now: number, zone: string | undefined): string {
  if (name === 'status') return statusNames[value as EventStatus] ?? value;
  if (name === 'outcome') return outcomeNames[value as AttemptOutcome] ?? value;
  if (name !== 'due_after' && name !== 'due_before') return value;
  const instant = instantIn(value);
  return instant === undefined ? value : clockTime(instant, now, zone);
}
