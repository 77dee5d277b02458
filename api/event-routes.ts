import * as z from 'zod';
import { defaultSettings, type Settings } from '../core/settings.ts';
import { eventSchema } from './event-answer.ts';
import { eventOrBrief, IN_BRIEF } from './event-or-brief.ts';
import { examples } from './examples.ts';
import { namedObject } from './named-object.ts';
import type { Route } from './route.ts';
import { countBound, countParameters, retryBody, searchBody, searchParameters, wholeNumber } from './search.ts';
import { ORIGINAL_PATHS } from './tags.ts';

const A_SEARCH = { maxBodyBytes: 64 * 1_024 };

const key = z
  .string('Required, and only once: the key of an event, from the answer to its publication.')
  .meta({ description: "The event's key." });

const keyOrWebhookId = key.meta({
  description: "The event's key, or the webhook-id of a call to it, by which it is found once an attempt was recorded.",
});

const oneEvent = z.strictObject({ key });

/** The key of an event, and the seconds for which the answer may wait until the event has finished. */
function waitedFor({ maxWaitSeconds }: Settings) {
  const wait =
    'The answer waits until the event has finished, but not longer than this number of seconds. In the cloud the maximum is 5, unless the owner of the queue chose another.';
  return z.strictObject({ key: keyOrWebhookId, wait: wholeNumber(0, maxWaitSeconds, 0, wait) });
}

export const eventPageSchema = namedObject('EventPage', {
  events: z
    .array(eventSchema)
    .meta({ description: 'Sorted by the time at which they are due, the latest first unless `order` is asc.' }),
  next_cursor: z
    .string()
    .nullable()
    .meta({ description: 'Send it as cursor to get the next page. Null on the last page.' }),
});

const countSchema = namedObject('EventCount', {
  count: z.int().meta({ description: 'How many events were counted.' }),
  complete: z.boolean().meta({
    description: 'Whether all matching events were counted. If not, there may be more.',
  }),
});

const bulkSchema = namedObject('BulkResult', {
  changed: z
    .int()
    .meta({ description: 'How many events were changed by this request; in a dry run, how many would be.' }),
  more: z.boolean().meta({
    description:
      'Whether there may be more events to change. Then send the request again with next_cursor as its cursor.',
  }),
  next_cursor: z
    .string()
    .nullable()
    .meta({ description: 'The cursor of the next request. Null if there are no more events to change.' }),
  dry_run: z.literal(true).optional().meta({ description: 'Present in a dry run, in which no event was changed.' }),
  hosts: z
    .array(
      namedObject('HostCount', {
        host: z.string().meta({ description: 'The host, as the filter host of a search takes it.' }),
        count: z.int().meta({ description: 'How many events go there.' }),
      }),
    )
    .optional()
    .meta({
      description:
        'Present in a dry run, for a key with the scope read: the number of events for each host, the largest first.',
    }),
});

const withoutSettings = {
  list: {
    method: 'GET',
    path: '/events',
    function: 'read',
    aliases: [],
    scope: 'read',
    operationId: 'listEvents',
    tag: 'Find',
    summary: 'Find events: latest due first, unless order says otherwise',
    takes: 'parameters',
    input: searchParameters(),
    answers: {
      200: {
        description: 'Up to `limit` events. A page can be shorter, even empty, while `next_cursor` is not null.',
        schema: eventPageSchema,
      },
    },
    problems: [],
    example: examples.list,
  },
  count: {
    method: 'GET',
    path: '/events/count',
    function: 'read',
    aliases: [],
    scope: 'read',
    operationId: 'countEvents',
    tag: 'Find',
    summary: 'Count the events that wait, or those in another state, with the same filters as for finding events',
    takes: 'parameters',
    input: countParameters(),
    answers: {
      200: {
        description:
          'The number of events. If `complete` is false, counting stopped after `max_count_of_fetch_requests` pages.',
        schema: countSchema,
      },
    },
    problems: [],
    example: { answer: { count: 42, complete: true } },
  },
  countOnly: {
    method: 'GET',
    path: '/get-count-of-events',
    function: 'read',
    aliases: [],
    scope: 'read',
    operationId: 'getCountOfEvents',
    tag: ORIGINAL_PATHS,
    summary: 'Count the events that wait, as a bare number',
    takes: 'parameters',
    input: z.strictObject(countBound),
    answers: {
      200: {
        description:
          'The number of events that wait, or the number that was counted before the maximum of pages was reached.',
        schema: z.int(),
      },
    },
    problems: [],
    example: { answer: 42 },
    deprecated: true,
  },
  cancelAll: {
    method: 'POST',
    path: '/events/cancel',
    function: 'manage',
    aliases: [],
    scope: 'manage',
    operationId: 'cancelEvents',
    tag: 'Change',
    summary:
      'Cancel all events that wait, or those that match the filters; repeat it with the cursor while there are more',
    takes: A_SEARCH,
    input: searchBody(z.literal('waiting_execution').default('waiting_execution')).meta({ id: 'EventsToCancel' }),
    answers: { 200: { description: 'How many were cancelled.', schema: bulkSchema } },
    problems: [],
    example: examples.bulk,
  },
  retryAll: {
    method: 'POST',
    path: '/events/retry',
    function: 'manage',
    aliases: [],
    scope: 'manage',
    operationId: 'retryEvents',
    tag: 'Change',
    summary:
      'Retry all events that failed, or call now those that match the filters; repeat it with the cursor while there are more',
    takes: A_SEARCH,
    input: retryBody().meta({ id: 'EventsToRetry' }),
    answers: {
      200: {
        description:
          'How many events were changed. They are due now or, with a rate, one after another. A waiting event keeps the tries that it has left. It is not changed if it is due already, or earlier than its turn at this rate. A finished event gets all its tries again. If an attempt may have been under way when an event was cancelled, the event is due one second after its timeout has passed since it was cancelled.',
        schema: bulkSchema,
      },
    },
    problems: [],
    example: examples.bulk,
  },
  get: {
    method: 'GET',
    path: '/events/{key}',
    function: 'read',
    aliases: [{ path: '/get-event', operationId: 'getEventByQuery', parameters: { event_key: 'key' } }],
    scope: 'read',
    operationId: 'getEvent',
    tag: 'Find',
    summary: 'Read an event and what has happened to it',
    takes: 'parameters',
    input: waitedFor(defaultSettings),
    answers: { 200: { description: 'The event.', schema: eventSchema } },
    problems: ['not-found'],
    example: examples.get,
  },
  cancel: {
    method: 'DELETE',
    path: '/events/{key}',
    function: 'manage',
    aliases: [],
    scope: 'manage',
    operationId: 'cancelEvent',
    tag: 'Change',
    summary: 'Cancel an event that waits: no more attempts start',
    takes: 'parameters',
    input: oneEvent,
    answers: {
      200: {
        description: `The event, cancelled now or before; ${IN_BRIEF}. An attempt that is under way is still added to its history.`,
        schema: eventOrBrief,
      },
    },
    problems: ['not-found', 'conflict'],
    example: examples.cancel,
  },
  retry: {
    method: 'POST',
    path: '/events/{key}/retry',
    function: 'manage',
    aliases: [],
    scope: 'manage',
    operationId: 'retryEvent',
    tag: 'Change',
    summary: 'Call an event now: one that waits with the tries it has left, a finished one with all its tries',
    takes: 'parameters',
    input: oneEvent,
    answers: {
      200: {
        description: `The event, which is due now; ${IN_BRIEF}. A waiting event whose attempt is due already is answered as it is. If an attempt may have been under way when the event was cancelled, the answer is a 409 with Retry-After until the timeout of the event has passed since it was cancelled.`,
        schema: eventOrBrief,
      },
    },
    problems: ['not-found', 'conflict'],
    example: examples.retry,
  },
} as const satisfies Record<string, Route>;

/** The routes that find and change events. */
export function eventRoutes(settings: Settings) {
  return { ...withoutSettings, get: { ...withoutSettings.get, input: waitedFor(settings) } };
}
