import type { Draft } from '../../event-form/draft.ts';
import {
  eventMembers,
  type FormRequest,
  type Member,
  member,
  numberMember,
  requestOf,
} from '../../event-form/event-request.ts';
import { type FormContext, givenTiming } from './draft-timing.ts';

/**
 * Writes the request that makes the schedule of a draft. What is wrong with its event is named by the paths that the
 * fields of the form have, without `event` in front.
 */
export function scheduleRequest(draft: Draft, context: FormContext): FormRequest {
  const event = requestOf(eventMembers(draft));
  const { json, mistakes } = requestOf([
    ...timingMembers(draft, context),
    member('overlap', draft.overlap),
    ...numberMember('catch_up', draft.catchUp),
    { name: 'event', json: event.json },
  ]);
  return { json, mistakes: [...mistakes, ...event.mistakes] };
}

function timingMembers(draft: Draft, context: FormContext): readonly Member[] {
  const { cron, timeZone, every, from, until } = givenTiming(draft, context);
  return [
    ...(every === undefined ? [member('cron', cron), member('time_zone', timeZone)] : [everyMember(every)]),
    ...boundMember('from', from),
    ...boundMember('until', until),
  ];
}

function everyMember(every: number): Member {
  return Number.isNaN(every) ? { name: 'every', mistake: 'A number, for example 10.' } : member('every', every);
}

function boundMember(name: string, instant: number | undefined): readonly Member[] {
  return instant === undefined ? [] : [member(name, new Date(instant).toISOString())];
}
