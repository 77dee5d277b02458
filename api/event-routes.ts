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
  .string('Required, and once: the key of an event, as publishing it was answered.')
  .meta({ description: "The event's key." });

const oneEvent = z.strictObject({ key });

/** An event that is asked for, and for how long the answer may wait until it has finished. */
function waitedFor({ maxWaitSeconds }: Settings) {
  const wait =
    'Answers when the event has finished, after so many seconds at the latest. In the cloud the maximum is 5, unless the owner of the queue chose another.';
  return z.strictObject({ key, wait: wholeNumber(0, maxWaitSeconds, 0, wait) });
}

const pageSchema = namedObject('EventPage', {
  events: z.array(eventSchema).meta({ description: 'Latest due first.' }),
  next_cursor: z.string().nullable().meta({ description: 'Asks for the next page; null on the last.' }),
});

const countSchema = namedObject('EventCount', {
  count: z.int().meta({ description: 'How many events were counted.' }),
  complete: z.boolean().meta({
    description: 'Whether all events were looked at that could be among them; otherwise there may be more.',
  }),
});

const bulkSchema = namedObject('BulkResult', {
  changed: z
    .int()
    .meta({ description: 'How many events were changed by this request; in a dry run, how many would be.' }),
  more: z.boolean().meta({ description: 'Whether there may be more: send the request again with the cursor.' }),
  next_cursor: z.string().nullable(),
  dry_run: z.literal(true).optional().meta({ description: 'There in a dry run: no event was changed.' }),
  hosts: z
    .array(namedObject('HostCount', { host: z.string(), count: z.int() }))
    .optional()
    .meta({
      description:
        'There in a dry run, for a key with the scope read: to which hosts the events go, most events first.',
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
    summary: 'Find events, latest due first',
    takes: 'parameters',
    input: searchParameters(),
    answers: {
      200: {
        description:
          'A page of events; a full one unless it is the last, they are large, or too few of many events fit.',
        schema: pageSchema,
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
    summary: 'Count the events that wait, or those in another state, with the filters of finding',
    takes: 'parameters',
    input: countParameters(),
    answers: {
      200: {
        description: 'How many there are, or as many as were counted within the bound: a filter does not widen it.',
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
    answers: { 200: { description: 'How many wait, or how many were counted.', schema: z.int() } },
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
      'Cancel all events that wait, or those that are found; while there are more, send it again with the cursor',
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
      'Try all events that failed once more, or call those that are found now; while there are more, send it again with the cursor',
    takes: A_SEARCH,
    input: retryBody().meta({ id: 'EventsToRetry' }),
    answers: {
      200: {
        description:
          'How many are due now, or with a rate one after the other. A waiting event keeps the tries that it has left, and is not counted if its attempt is due already, or sooner than the rate would have it; a finished one has all its tries again. An event that was cancelled while an attempt may have been under way is due a second after its timeout has passed since then.',
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
    summary: 'Cancel an event that waits: no attempt starts any more',
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
        description: `The event, which is due now; ${IN_BRIEF}. A waiting event whose attempt is due already is answered as it is. If the event was cancelled while an attempt may have been under way, this is a 409 with Retry-After until its timeout has passed since then.`,
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
