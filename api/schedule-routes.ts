import * as z from 'zod';
import type { Settings } from '../core/settings.ts';
import { eventOrBrief, IN_BRIEF } from './event-or-brief.ts';
import { eventPageSchema } from './event-routes.ts';
import { examples } from './examples.ts';
import { namedObject } from './named-object.ts';
import type { Route } from './route.ts';
import {
  briefScheduleSchema,
  deletedScheduleSchema,
  schedulePreviewSchema,
  scheduleSchema,
} from './schedule-answer.ts';
import { wholeNumber } from './search.ts';
import { newScheduleSchema, newTimingSchema, scheduleId } from './wire/new-schedule.ts';

/** The limit for one schedule, whose event may be as long as one that is published. */
const ONE_SCHEDULE = { maxBodyBytes: 2 * 1_024 * 1_024 };
const A_TIMING = { maxBodyBytes: 4 * 1_024 };

const id = scheduleId().meta({
  description: 'The id of the schedule: letters, digits, points, hyphens and underscores, but not . or .. alone.',
});
const oneSchedule = z.strictObject({ id });
const cursor = z
  .string('One string: the next_cursor of the page before.')
  .optional()
  .meta({ description: 'The next_cursor of the page before.' });

const scheduleOrBrief = z.union([scheduleSchema, briefScheduleSchema]);
const GOES_ON =
  'Runs that have been called already go on, and are tried again if they fail. Only a run that came due within the 7 seconds before, and whose first call has not ended, is cancelled: its call goes on, and counts if it succeeds, but is not tried again.';
const SCHEDULE_IN_BRIEF = 'without its event and its last run if the key does not have the scope read';

const pageSchema = namedObject('SchedulePage', {
  schedules: z.array(scheduleSchema).meta({ description: 'Sorted by their ids.' }),
  next_cursor: z
    .string()
    .nullable()
    .meta({ description: 'Send it as cursor to get the next page. Null on the last page.' }),
});

/** The routes that change one schedule by its id, without a body. */
const changes = {
  pauseSchedule: {
    method: 'POST',
    path: '/schedules/{id}/pause',
    function: 'manage',
    aliases: [],
    scope: 'manage',
    operationId: 'pauseSchedule',
    tag: 'Schedules',
    summary: 'Pause a schedule: no run of it starts any more',
    takes: 'parameters',
    input: oneSchedule,
    answers: {
      200: {
        description: `The schedule, paused now or before; ${SCHEDULE_IN_BRIEF}. ${GOES_ON}`,
        schema: scheduleOrBrief,
      },
    },
    problems: ['not-found'],
    example: examples.pauseSchedule,
  },
  resumeSchedule: {
    method: 'POST',
    path: '/schedules/{id}/resume',
    function: 'manage',
    aliases: [],
    scope: 'manage',
    operationId: 'resumeSchedule',
    tag: 'Schedules',
    summary: 'End the pause of a schedule: it goes on with the next instant',
    takes: 'parameters',
    input: oneSchedule,
    answers: {
      200: {
        description: `The schedule, which is not paused, now or already before; ${SCHEDULE_IN_BRIEF}. What was missed in the pause is not made up for. More than 20 changes in three minutes are refused: that is a 409 with Retry-After.`,
        schema: scheduleOrBrief,
      },
    },
    problems: ['not-found', 'conflict'],
    example: examples.resumeSchedule,
  },
  deleteSchedule: {
    method: 'DELETE',
    path: '/schedules/{id}',
    function: 'manage',
    aliases: [],
    scope: 'manage',
    operationId: 'deleteSchedule',
    tag: 'Schedules',
    summary: 'Delete a schedule: no run of it starts any more',
    takes: 'parameters',
    input: oneSchedule,
    answers: {
      200: {
        description: `The schedule is deleted, now or within the last hour. ${GOES_ON} All runs are found by the parameter schedule of GET /events.`,
        schema: deletedScheduleSchema,
      },
    },
    problems: ['not-found'],
    example: examples.deleteSchedule,
  },
  runSchedule: {
    method: 'POST',
    path: '/schedules/{id}/run',
    function: 'publish',
    aliases: [],
    scope: 'publish',
    operationId: 'runSchedule',
    tag: 'Schedules',
    summary: 'Publish the event of a schedule now, also while the schedule is paused',
    takes: 'parameters',
    headers: { 'idempotency-key': 'deduplication_id' },
    refusedBody:
      'A run takes none: it has the event of its schedule. Send the request without it, or change the schedule.',
    input: z.strictObject({
      id,
      deduplication_id: z.string().min(1).max(256).optional().meta({
        description: 'An id that makes it safe to send the request again. The header Idempotency-Key does the same.',
      }),
    }),
    answers: {
      201: {
        description: `The event, which is found among the runs; ${IN_BRIEF}. It is called whether or not an earlier run has finished.`,
        schema: eventOrBrief,
      },
      200: {
        description: `The event of the request before with the same deduplication id; ${IN_BRIEF}.`,
        schema: eventOrBrief,
      },
    },
    problems: ['not-found'],
    example: examples.runSchedule,
  },
} as const satisfies Record<string, Route>;

/** The routes that find schedules. */
const finding = {
  listSchedules: {
    method: 'GET',
    path: '/schedules',
    function: 'read',
    aliases: [],
    scope: 'read',
    operationId: 'listSchedules',
    tag: 'Schedules',
    summary: 'List the schedules, sorted by their ids',
    takes: 'parameters',
    input: z.strictObject({ limit: wholeNumber(1, 100, 20, 'The largest number of schedules on a page.'), cursor }),
    answers: {
      200: {
        description: 'Up to `limit` schedules. A page can be shorter while `next_cursor` is not null.',
        schema: pageSchema,
      },
    },
    problems: [],
    example: examples.listSchedules,
  },
  getSchedule: {
    method: 'GET',
    path: '/schedules/{id}',
    function: 'read',
    aliases: [],
    scope: 'read',
    operationId: 'getSchedule',
    tag: 'Schedules',
    summary: 'Read a schedule, with its next runs and its last run',
    takes: 'parameters',
    input: oneSchedule,
    answers: { 200: { description: 'The schedule.', schema: scheduleSchema } },
    problems: ['not-found'],
    example: examples.getSchedule,
  },
  listRuns: {
    method: 'GET',
    path: '/schedules/{id}/runs',
    function: 'read',
    aliases: [],
    scope: 'read',
    operationId: 'listScheduleRuns',
    tag: 'Schedules',
    summary: 'List the runs of a schedule, the latest first',
    takes: 'parameters',
    input: z.strictObject({ id, limit: wholeNumber(1, 100, 20, 'The largest number of runs on a page.'), cursor }),
    answers: {
      200: {
        description:
          'Up to `limit` runs, each an event, and those that are about to come due among them. GET /events with the parameter schedule finds the same, also by status, and after the schedule was deleted.',
        schema: eventPageSchema,
      },
    },
    problems: ['not-found'],
    example: examples.listRuns,
  },
} as const satisfies Record<string, Route>;

/** The routes that concern schedules. */
export function scheduleRoutes(settings: Settings, now: () => number) {
  const newSchedule = newScheduleSchema(settings, now).meta({ id: 'NewSchedule' });
  return {
    ...finding,
    ...changes,
    createSchedule: {
      method: 'POST',
      path: '/schedules',
      function: 'manage',
      aliases: [],
      scope: 'manage',
      operationId: 'createSchedule',
      tag: 'Schedules',
      summary: 'Make a schedule, whose id the queue chooses',
      takes: ONE_SCHEDULE,
      refusedHeaders: {
        'idempotency-key':
          'A repeated request would make another schedule. Choose an id, and send PUT /schedules/{id}, which can be repeated.',
      },
      input: newSchedule,
      answers: {
        201: {
          description:
            'The schedule. A repeated request makes another one. To make it only once, choose an id and use PUT /schedules/{id}.',
          schema: scheduleSchema,
        },
      },
      problems: [],
      example: examples.createSchedule,
    },
    previewSchedule: {
      method: 'POST',
      path: '/schedules/preview',
      function: 'read',
      aliases: [],
      scope: 'read',
      operationId: 'previewSchedule',
      tag: 'Schedules',
      summary: 'Say when a schedule with this timing would run, without making it',
      takes: A_TIMING,
      input: newTimingSchema(now).meta({ id: 'ScheduleTiming' }),
      answers: { 200: { description: 'The next runs.', schema: schedulePreviewSchema } },
      problems: [],
      example: examples.previewSchedule,
    },
    replaceSchedule: {
      method: 'PUT',
      path: '/schedules/{id}',
      function: 'manage',
      aliases: [],
      scope: 'manage',
      operationId: 'replaceSchedule',
      tag: 'Schedules',
      summary: 'Make the schedule of an id, or replace it',
      takes: ONE_SCHEDULE,
      pathParameters: oneSchedule,
      input: newSchedule,
      answers: {
        201: { description: 'The new schedule.', schema: scheduleSchema },
        200: {
          description:
            'The schedule that was replaced. Runs that are still to come are cancelled if the new timing does not have their instants. An interval that stays the same goes on from where it was, unless `from` is given. More than 20 changes of the timing in three minutes are refused: that is a 409 with Retry-After.',
          schema: scheduleSchema,
        },
      },
      problems: ['conflict'],
      example: examples.replaceSchedule,
    },
  } as const satisfies Record<string, Route>;
}

export type ScheduleRouteName = keyof ReturnType<typeof scheduleRoutes>;
