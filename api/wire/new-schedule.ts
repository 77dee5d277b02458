import * as z from 'zod';
import type { WantedSchedule } from '../../core/schedules/change.ts';
import { isScheduleId, type ScheduledEvent } from '../../core/schedules/schedule.ts';
import { LONGEST_TIME_ZONE } from '../../core/schedules/time-zone.ts';
import { everyBounds, type GivenTiming, parseTiming, type Timing } from '../../core/schedules/timing.ts';
import type { Settings } from '../../core/settings.ts';
import { instantSchema } from './instant.ts';
import { newEventSchema, toWantedEvent } from './new-event.ts';

const LAST_INSTANT = Date.UTC(5000, 0);
const MOST_CAUGHT_UP = 100;

/** The names of the fields of a timing in a request, by their names in core. */
const FIELDS = { cron: 'cron', timeZone: 'time_zone', every: 'every', from: 'from', until: 'until' } as const;

/** A schema for the id of a schedule. */
export function scheduleId() {
  const message = 'An id of 1 to 128 letters, digits, points, hyphens and underscores, but not . or .. alone.';
  return z.string(message).min(1, message).max(128, message).refine(isScheduleId, message);
}

/** A schema for a schedule, which it parses into the form of the core. A field that is null counts as absent. */
export function newScheduleSchema(settings: Settings, now: () => number) {
  const catchUp = `A whole number from 0 to ${MOST_CAUGHT_UP}.`;
  return z
    .strictObject(
      {
        ...timingFields(),
        overlap: z.enum(['allow', 'skip']).nullish().meta({
          default: 'allow',
          description:
            'Whether a run is called while an earlier run of the schedule has not finished: always (allow), or not at all (skip). A skipped run is cancelled, and its ended_because is overlapped.',
        }),
        catch_up: z.int(catchUp).min(0, catchUp).max(MOST_CAUGHT_UP, catchUp).nullish().meta({
          default: 1,
          description:
            'How many missed runs are made up for after the queue stood still or was paused: the latest of them, at once. An instant counts as missed when it is more than 5 minutes past.',
        }),
        paused: z.boolean().nullish().meta({
          description:
            'Whether the schedule is paused afterwards. If it is left out, a new schedule runs, and a schedule that is replaced stays as it is.',
        }),
        event: scheduledEventSchema(settings, now),
      },
      {
        error: ({ code }) =>
          code === 'invalid_type' ? 'Send a JSON object with the fields of a schedule.' : undefined,
      },
    )
    .transform(({ event, overlap, catch_up, paused, ...timing }, refinement): WantedSchedule => {
      const parsed = parsedTiming(timing, refinement, now());
      if (parsed === undefined) return z.NEVER;
      return {
        timing: parsed,
        isFromGiven: timing.from != null,
        event,
        overlap: overlap ?? 'allow',
        catchUp: catch_up ?? 1,
        isPaused: paused ?? undefined,
      };
    });
}

/** A schema for the timing of a schedule alone. */
export function newTimingSchema(now: () => number) {
  return z
    .strictObject(timingFields(), {
      error: ({ code }) => (code === 'invalid_type' ? 'Send a JSON object with the timing of a schedule.' : undefined),
    })
    .transform((timing, refinement) => parsedTiming(timing, refinement, now()) ?? z.NEVER);
}

/** A schema for the event of a schedule: a new event without what says when it is due, and how often it is accepted. */
function scheduledEventSchema(settings: Settings, now: () => number) {
  return newEventSchema(settings, now)
    .in.omit({ call_url_after: true, call_url_at: true, deduplication_id: true, deduplication_window: true })
    .transform((sent, refinement): ScheduledEvent => {
      const { asked, ...event } = toWantedEvent(sent, refinement, settings);
      return event;
    })
    .meta({
      id: 'NewScheduledEvent',
      description:
        'The event that is published at each instant: the fields of a new event, but not call_url_after, call_url_at, deduplication_id and deduplication_window.',
    });
}

type SentTiming = { readonly [Field in (typeof FIELDS)[keyof typeof FIELDS]]?: unknown };

function timingFields() {
  const [least, most] = everyBounds;
  const every = `A whole number of seconds from ${least} to ${most}.`;
  const timeZone = `A time zone of at most ${LONGEST_TIME_ZONE} characters, as in Europe/Berlin.`;
  return {
    cron: z.string('A cron expression, as in 0 9 * * 1-5.').nullish().meta({
      description:
        'When to publish, as five fields: minute, hour, day of the month, month, day of the week. Names, lists, ranges, steps, L, 5L, 1#2 and @daily are understood. Give cron or every.',
    }),
    time_zone: z.string(timeZone).max(LONGEST_TIME_ZONE, timeZone).nullish().meta({
      default: 'UTC',
      description: 'The time zone of the cron expression, by its name in the IANA database.',
    }),
    every: z.int(every).min(least, every).max(most, every).nullish().meta({
      description: 'The seconds from one run to the next, counted from `from`. Give cron or every.',
    }),
    from: boundedInstant().nullish().meta({
      description:
        'No run is before this instant: ISO 8601 with a time zone, or epoch seconds. With every, it is the instant of the first run; if it is left out, that is one interval after the request.',
    }),
    until: boundedInstant().nullish().meta({ description: 'No run is after this instant.' }),
  };
}

function parsedTiming(sent: SentTiming, refinement: z.RefinementCtx, now: number): Timing | undefined {
  const given = Object.fromEntries(
    Object.entries(FIELDS).map(([name, field]) => [name, sent[field] ?? undefined]),
  ) as GivenTiming;
  const parsed = parseTiming(given, now);
  if ('timing' in parsed) return parsed.timing;
  refinement.addIssue({ code: 'custom', path: [FIELDS[parsed.field]], message: parsed.refused });
  return undefined;
}

function boundedInstant() {
  return instantSchema().refine((at) => at >= 0 && at <= LAST_INSTANT, 'An instant between the years 1970 and 5000.');
}
