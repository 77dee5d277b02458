import * as z from 'zod';
import type { Scope } from '../core/api-key.ts';
import { defaultSettings, type Settings } from '../core/settings.ts';
import { batchAnswerSchema } from './batch-results.ts';
import { briefSchema } from './brief-answer.ts';
import { eventSchema } from './event-answer.ts';
import { examples } from './examples.ts';
import { namedObject } from './named-object.ts';
import { healthSchema, pauseSchema } from './pause-answer.ts';
import type { ProblemKind } from './problem.ts';
import { MOST_IN_A_BATCH } from './read-json.ts';
import { countBound, countParameters, retryBody, searchBody, searchParameters, wholeNumber } from './search.ts';
import { signingSecretSchema } from './signing-secret-answer.ts';
import { statisticsSchema } from './statistics-answer.ts';
import { ORIGINAL_PATHS, type Tag } from './tags.ts';
import { newEventSchema } from './wire/new-event.ts';

export type Route = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `{name}` is a parameter. */
  readonly path: string;
  readonly aliases: readonly Alias[];
  /** Which of the deployed functions serves it: there is one for each set of permissions. */
  readonly function: FunctionName;
  /** What a caller's key must allow; without one, no key is needed. */
  readonly scope?: Scope;
  /** The name of the operation in what is generated from the OpenAPI document: a verb and what it acts on, as in `listEvents`. */
  readonly operationId: string;
  /** The group in which the documentation lists the operation. */
  readonly tag: Tag;
  readonly summary: string;
  /** Where the input comes from: parameters of path and query, or a JSON body of so many bytes at most. */
  readonly takes: 'parameters' | { readonly maxBodyBytes: number };
  readonly input: z.ZodType;
  /** What a client should send, where that is narrower than what is taken. */
  readonly described?: z.ZodType;
  /** Which request headers stand for which fields of the input. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Request headers of other routes that would be passed over here, and what to do instead. */
  readonly refusedHeaders?: Readonly<Record<string, string>>;
  readonly answers: Readonly<Record<number, { readonly description: string; readonly schema: z.ZodType }>>;
  /** Refusals of its own, beside those that follow from the rest. */
  readonly problems: readonly ProblemKind[];
  /** An input and an answer as they might be, for the documentation. */
  readonly example: { readonly input?: unknown; readonly answer: unknown };
  /** There for the original queue's clients. */
  readonly deprecated?: true;
};

export type FunctionName = 'publish' | 'read' | 'manage' | 'site';

/** Another path of a route, as the original queue had it, the name of its operation, and what its query parameters are called today. */
type Alias = {
  readonly path: string;
  readonly operationId: string;
  readonly parameters?: Readonly<Record<string, string>>;
};

const MIB = 1_024 * 1_024;
/** Holds the longest event: a body of 256 KiB may be written with six characters a byte. */
const ONE_EVENT = { maxBodyBytes: 2 * MIB };
/** Lambda takes and gives 6 MB, in which this is a string of JSON once more: half as much again is left for what must be escaped. */
const A_BATCH = { maxBodyBytes: 4 * MIB };
const A_SEARCH = { maxBodyBytes: MIB / 16 };

const nothing = z.strictObject({});

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

const eventOrBrief = z.union([eventSchema, briefSchema]);
const IN_BRIEF = 'in brief for a key without the scope read';

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

const openApiSchema = z.looseObject({ openapi: z.string() }).meta({ id: 'OpenApiDocument' });

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

const otherRoutes = {
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
  stats: {
    method: 'GET',
    path: '/stats',
    function: 'read',
    aliases: [],
    scope: 'read',
    operationId: 'getStatistics',
    tag: 'Operate',
    summary: 'What happened in the last hour, by the minute, or in the last day, by the hour',
    takes: 'parameters',
    input: z.strictObject({ range: z.enum(['hour', 'day']).default('hour') }),
    answers: {
      200: {
        description:
          'Oldest first. In the cloud, what a process counted in the last ten seconds of a long load may be missing until it gets another request.',
        schema: statisticsSchema,
      },
    },
    problems: [],
    example: examples.stats,
  },
  signingSecret: {
    method: 'GET',
    path: '/signing-secret',
    function: 'manage',
    aliases: [],
    scope: 'admin',
    operationId: 'getSigningSecret',
    tag: 'Receive',
    summary: 'The secret by which receivers know that a call comes from this queue',
    takes: 'parameters',
    input: nothing,
    answers: { 200: { description: 'It is made when it is first needed.', schema: signingSecretSchema } },
    problems: [],
    example: examples.signingSecret,
  },
  rotateSigningSecret: {
    method: 'POST',
    path: '/signing-secret/rotate',
    function: 'manage',
    aliases: [],
    scope: 'admin',
    operationId: 'rotateSigningSecret',
    tag: 'Receive',
    summary: 'Replace the signing secret: for 24 hours, calls are signed with the old one too',
    takes: 'parameters',
    input: nothing,
    answers: {
      200: { description: 'The new secret, and those before it that still sign.', schema: signingSecretSchema },
    },
    problems: [],
    example: examples.rotatedSigningSecret,
  },
  pause: {
    method: 'POST',
    path: '/pause',
    function: 'manage',
    aliases: [],
    scope: 'manage',
    operationId: 'pauseQueue',
    tag: 'Operate',
    summary: 'Pause the queue: no attempt starts any more, and nothing is lost. Events are still accepted',
    takes: 'parameters',
    input: nothing,
    answers: {
      200: {
        description:
          'The queue is paused, now or since before. In the cloud, attempts may start for 30 s after this answer; attempts that are under way end as always.',
        schema: pauseSchema,
      },
    },
    problems: [],
    example: { answer: { paused: true, since_utc: '2026-03-02T09:00:00.000Z' } },
  },
  resume: {
    method: 'POST',
    path: '/resume',
    function: 'manage',
    aliases: [],
    scope: 'manage',
    operationId: 'resumeQueue',
    tag: 'Operate',
    summary: 'End a pause: what has come due is called within a minute, oldest first',
    takes: 'parameters',
    input: nothing,
    answers: { 200: { description: 'The queue is not paused, from now on or since before.', schema: pauseSchema } },
    problems: [],
    example: { answer: { paused: false, since_utc: '2026-03-02T10:00:00.000Z' } },
  },
  health: {
    method: 'GET',
    path: '/health',
    function: 'site',
    aliases: [],
    operationId: 'getHealth',
    tag: 'Operate',
    summary: 'Whether the API answers, and whether the queue is paused',
    takes: 'parameters',
    input: nothing,
    answers: {
      200: {
        description: 'It does. A paused queue is healthy, too, and says that it is paused.',
        schema: healthSchema,
      },
    },
    problems: [],
    example: { answer: { status: 'ok' } },
  },
  openapi: {
    method: 'GET',
    path: '/openapi.json',
    function: 'site',
    aliases: [],
    operationId: 'getOpenApiDocument',
    tag: 'Operate',
    summary: 'This description of the API',
    takes: 'parameters',
    input: nothing,
    answers: { 200: { description: 'An OpenAPI 3.1 document.', schema: openApiSchema } },
    problems: [],
    example: { answer: { openapi: '3.1.0' } },
  },
} as const satisfies Record<string, Route>;

/** Every route, once: the server, the documentation and the tests read it here. Bounds depend on the settings. */
export function routes(settings: Settings, now: () => number) {
  const newEvent = newEventSchema(settings, now).meta({ id: 'NewEvent' });
  return {
    publish: {
      method: 'POST',
      path: '/events',
      function: 'publish',
      aliases: [
        { path: '/receive-event', operationId: 'receiveEvent' },
        { path: '/receive_event', operationId: 'receiveEventWithUnderscore' },
      ],
      scope: 'publish',
      operationId: 'publishEvent',
      tag: 'Publish',
      summary: 'Publish an event: its URL is called when it is due',
      takes: ONE_EVENT,
      input: newEvent,
      headers: { 'idempotency-key': 'deduplication_id' },
      answers: {
        201: { description: 'The event is accepted.', schema: eventSchema },
        200: {
          description: `It was accepted before, by the same deduplication id: this is that event; ${IN_BRIEF}, and for every key once keep_result_for is over.`,
          schema: eventOrBrief,
        },
      },
      problems: [],
      example: examples.publish,
    },
    publishBatch: {
      method: 'POST',
      path: '/events/batch',
      function: 'publish',
      aliases: [],
      scope: 'publish',
      operationId: 'publishEvents',
      tag: 'Publish',
      summary: 'Publish up to 100 events at once; a bad one does not stop the others',
      takes: A_BATCH,
      refusedHeaders: { 'idempotency-key': 'Give each event of a batch a deduplication_id of its own instead.' },
      input: batchOf(z.unknown()),
      described: batchOf(newEvent),
      answers: {
        200: {
          description:
            'For each event, in its order, the event or the problem with it. Where one reply has no room for all of it, bodies and attempts of the largest are left out, and `answer_omitted` says so.',
          schema: batchAnswerSchema,
        },
      },
      problems: [],
      example: examples.publishBatch,
    },
    ...otherRoutes,
    get: { ...otherRoutes.get, input: waitedFor(settings) },
  } as const satisfies Record<string, Route>;
}

export type Routes = ReturnType<typeof routes>;
export type RouteName = keyof Routes;

function batchOf(each: z.ZodType) {
  const message = `A list of 1 to ${MOST_IN_A_BATCH} events.`;
  const events = z.array(each, message).min(1, message).max(MOST_IN_A_BATCH, message);
  return z.union(
    [namedObject('NewEvents', { events }), events.transform((all) => ({ events: all }))],
    `Send { "events": [...] } with 1 to ${MOST_IN_A_BATCH} events.`,
  );
}
