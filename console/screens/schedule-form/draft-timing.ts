import { type GivenTiming, parseTiming } from '../../../core/schedules/timing.ts';
import { type Draft, delayUnits } from '../../event-form/draft.ts';
import type { ScheduleAnswer } from '../../state/api-types.ts';
import { fieldTime, instantOfField } from '../../text/time.ts';

/** What the fields of a form depend on. */
export type FormContext = {
  /** The time zone of the instants in the form; undefined for that of the browser. */
  readonly zone: string | undefined;
  /** The schedule that is changed. A field that still says the same instant keeps its milliseconds. */
  readonly before?: Pick<ScheduleAnswer, 'from' | 'until'> | undefined;
};

/** The timing of a draft. An interval that is no number is NaN. */
export function givenTiming(draft: Draft, { zone, before }: FormContext): GivenTiming {
  const { timing, cron, timeZone, every, everyUnit } = draft;
  return {
    ...(timing === 'cron'
      ? { cron: cron.trim(), timeZone }
      : { every: Number(every.trim() || Number.NaN) * delayUnits[everyUnit] }),
    from: boundOf(draft.from, zone, before?.from),
    until: boundOf(draft.until, zone, before?.until),
  };
}

/** The timing of a draft as it would be if it were saved now, or the reason why it is refused. */
export function draftTiming(draft: Draft, context: FormContext, now: number): ReturnType<typeof parseTiming> {
  return parseTiming(givenTiming(draft, context), now);
}

function boundOf(text: string, zone: string | undefined, before: string | null = null): number | undefined {
  if (before !== null && fieldTime(Date.parse(before), zone) === text) return Date.parse(before);
  return instantOfField(text, zone);
}
