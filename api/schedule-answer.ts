import * as z from 'zod';
import { SECOND } from '../core/durations.ts';
import { publicKey } from '../core/event/event-key.ts';
import { firstProgress } from '../core/event/lifecycle.ts';
import type { EventRecord } from '../core/ports.ts';
import { isActive, type Schedule } from '../core/schedules/schedule.ts';
import { instantsAfter, isComputable, type Timing } from '../core/schedules/timing.ts';
import { describeTiming } from '../core/schedules/timing-words.ts';
import { eventAnswer, eventSchema } from './event-answer.ts';
import { eventStatus } from './event-status.ts';
import { namedObject } from './named-object.ts';

/** The number of instants that an answer names. */
const MOST_NEXT = 5;

const instant = z.iso.datetime();
const nextRuns = z.array(instant);
const WORDS =
  'The timing in English, without `from` and `until`. If the queue does not know the time zone any more, it says so, and nothing runs.';
const NOT_COMPUTABLE = 'the queue does not know this time zone, so nothing runs';

const scheduledEventSchema = eventSchema
  .pick({
    url_to_send_request: true,
    method: true,
    headers: true,
    body: true,
    body_base64: true,
    timeout_for_request: true,
    max_try_count: true,
    retry_delay: true,
    retry_delays: true,
    retry_backoff: true,
    retry_max_delay: true,
    failure_url: true,
    callback_url: true,
    event_tags: true,
    keep_result_for: true,
    keep_failed_for: true,
  })
  .meta({ id: 'ScheduledEvent' });

const runSchema = namedObject('ScheduleRun', {
  key: z.string().meta({ description: 'The key of the event.' }),
  status: eventSchema.shape.status,
  due_at_utc: instant.meta({ description: 'When the run was due.' }),
  finished_at_utc: instant.nullable().meta({ description: 'When the run finished. Null if it has not.' }),
  ended_because: eventSchema.shape.ended_because,
});

/** A schedule as the API answers it. Its timing, its policies and its event are fields of a request for a schedule. */
export const scheduleSchema = namedObject('Schedule', {
  id: z.string().meta({ description: 'The id of the schedule.' }),
  status: z
    .enum(['active', 'paused', 'ended'])
    .meta({ description: 'Whether the schedule has further runs, is paused, or has had its last run.' }),
  cron: z.string().nullable().meta({ description: 'The cron expression. Null if there is an interval.' }),
  time_zone: z
    .string()
    .nullable()
    .meta({ description: 'The time zone of the cron expression. Null if there is an interval.' }),
  every: z
    .number()
    .nullable()
    .meta({ description: 'The seconds from one run to the next. Null if there is a cron expression.' }),
  in_words: z.string().meta({ description: WORDS }),
  from: instant
    .nullable()
    .meta({ description: 'No run is before this instant. With an interval, it is counted from here.' }),
  until: instant.nullable().meta({ description: 'No run is after this instant.' }),
  overlap: z
    .enum(['allow', 'skip'])
    .meta({ description: 'Whether a run is called or skipped while an earlier run has not finished.' }),
  catch_up: z.int().meta({ description: 'How many missed runs are made up for after a standstill, at most.' }),
  event: scheduledEventSchema.meta({ description: 'The event that is published at each instant.' }),
  created_at_utc: instant.meta({ description: 'When the schedule was made.' }),
  changed_at_utc: instant.meta({ description: 'When the schedule was last replaced, paused or resumed.' }),
  paused_at_utc: instant.nullable().meta({ description: 'Since when the schedule is paused. Null if it is not.' }),
  next_runs_at_utc: nextRuns.meta({
    description: `When the next runs are due, up to ${MOST_NEXT}. Empty if the schedule is paused or has ended. A run that was cancelled by hand is still named.`,
  }),
  last_run: runSchema.nullable().meta({
    description: 'The latest run that has come due. Null if there was none, or if its result is no longer kept.',
  }),
});

export type ScheduleAnswer = z.infer<typeof scheduleSchema>;

/** A schedule for a caller that may not read the contents of events. */
export const briefScheduleSchema = scheduleSchema.omit({ event: true, last_run: true }).meta({ id: 'BriefSchedule' });

type BriefScheduleAnswer = z.infer<typeof briefScheduleSchema>;

export const schedulePreviewSchema = namedObject('SchedulePreview', {
  in_words: z.string().meta({ description: WORDS }),
  next_runs_at_utc: nextRuns.meta({ description: `When the next runs would be due, up to ${MOST_NEXT}.` }),
});

export const deletedScheduleSchema = namedObject('DeletedSchedule', {
  id: z.string().meta({ description: 'The id of the schedule.' }),
  deleted: z.literal(true).meta({ description: 'Always true.' }),
});

export function scheduleAnswer(schedule: Schedule, lastRun: EventRecord | undefined, now: number): ScheduleAnswer {
  return {
    ...briefScheduleAnswer(schedule, now),
    event: scheduledEventAnswer(schedule),
    last_run: lastRun === undefined ? null : runAnswer(lastRun),
  };
}

export function briefScheduleAnswer(schedule: Schedule, now: number): BriefScheduleAnswer {
  const { id, timing, overlap, catchUp, createdAt, changedAt, pausedAt } = schedule;
  const next = isActive(schedule) ? nextRunsOf(timing, now) : [];
  return {
    id,
    status: statusOf(schedule, next),
    cron: 'cron' in timing ? timing.cron : null,
    time_zone: 'cron' in timing ? timing.timeZone : null,
    every: 'every' in timing ? timing.every / SECOND : null,
    in_words: wordsOf(timing),
    from: isoOrNull(timing.from),
    until: isoOrNull(timing.until),
    overlap,
    catch_up: catchUp,
    created_at_utc: iso(createdAt),
    changed_at_utc: iso(changedAt),
    paused_at_utc: isoOrNull(pausedAt),
    next_runs_at_utc: next,
  };
}

export function previewAnswer(timing: Timing, now: number): z.infer<typeof schedulePreviewSchema> {
  return { in_words: wordsOf(timing), next_runs_at_utc: nextRunsOf(timing, now) };
}

function nextRunsOf(timing: Timing, now: number): string[] {
  if (!isComputable(timing)) return [];
  return instantsAfter(timing, now).take(MOST_NEXT).map(iso).toArray();
}

function wordsOf(timing: Timing): string {
  const words = describeTiming(timing) ?? '';
  return isComputable(timing) ? words : `${words}; ${NOT_COMPUTABLE}`;
}

function statusOf({ pausedAt, timing }: Schedule, next: readonly string[]): ScheduleAnswer['status'] {
  if (pausedAt !== undefined) return 'paused';
  return next.length === 0 && isComputable(timing) ? 'ended' : 'active';
}

/** The event of a schedule, in the words of an event that was published. */
function scheduledEventAnswer({ event, publishedBy }: Schedule): ScheduleAnswer['event'] {
  const key = { dueAt: 0, uuid: '' };
  const record = { ...event, key, publishedBy, createdAt: 0, asked: { after: 0 } };
  const answer: Record<string, unknown> = eventAnswer({ event: record, progress: firstProgress(record) });
  const fields = Object.keys(scheduledEventSchema.shape).map((name) => [name, answer[name]]);
  return Object.fromEntries(fields);
}

function runAnswer({ event, progress }: EventRecord): z.infer<typeof runSchema> {
  const finished = progress.status === 'waiting_execution' ? undefined : progress;
  return {
    key: publicKey(event.key),
    status: eventStatus(progress.status),
    due_at_utc: iso(event.key.dueAt),
    finished_at_utc: isoOrNull(finished?.finishedAt),
    ended_because: finished?.endedBecause ?? null,
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function isoOrNull(at: number | undefined): string | null {
  return at === undefined ? null : iso(at);
}
