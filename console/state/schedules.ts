import { memberText } from '../text/json-text.ts';
import type { ScheduleAnswer } from './api-types.ts';
import { ask } from './session.ts';

/** A schedule, and the text of the body of its event. */
export type ReadSchedule = {
  readonly schedule: ScheduleAnswer;
  /** The text of a body that was given as JSON, with all its digits and blanks, or as a text. */
  readonly bodyText: string | undefined;
};

/** The path of a schedule in the API. Below `/console`, it is the path of its screen. */
export function schedulePath(id: string): string {
  return `/schedules/${encodeURIComponent(id)}`;
}

/** Asks for a schedule once. */
export function readSchedule(id: string, signal?: AbortSignal) {
  return ask<ReadSchedule>(schedulePath(id), { parse: parsed, ...(signal && { signal }) });
}

function parsed(text: string): ReadSchedule {
  const schedule = JSON.parse(text) as ScheduleAnswer;
  const { body } = schedule.event;
  if (body === null) return { schedule, bodyText: undefined };
  return {
    schedule,
    bodyText: typeof body === 'string' ? body : memberText(memberText(text, 'event') ?? '{}', 'body'),
  };
}
