import * as z from 'zod';
import type { Settings } from '../core/settings.ts';
import { batchAnswerSchema } from './batch-results.ts';
import { eventSchema } from './event-answer.ts';
import { eventOrBrief, IN_BRIEF } from './event-or-brief.ts';
import { eventRoutes } from './event-routes.ts';
import { examples } from './examples.ts';
import { keyRoutes } from './key-routes.ts';
import { namedObject } from './named-object.ts';
import { operationRoutes } from './operation-routes.ts';
import { MOST_IN_A_BATCH } from './read-json.ts';
import type { Route } from './route.ts';
import { scheduleRoutes } from './schedule-routes.ts';
import { newEventSchema } from './wire/new-event.ts';

const MIB = 1_024 * 1_024;
/**
 * The limit for one event. The longest event fits, even if each byte of its body of 256 KiB is written as an escape of
 * six characters.
 */
const ONE_EVENT = { maxBodyBytes: 2 * MIB };
/**
 * The limit for a batch. Lambda gets the batch as a JSON string of at most 6 MB, so half as much again is left for
 * escapes.
 */
const A_BATCH = { maxBodyBytes: 4 * MIB };

/**
 * The route table, from which the servers, the documentation and the tests are derived. Its bounds depend on the
 * settings.
 */
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
          description: `The event that was accepted before with the same deduplication id; ${IN_BRIEF}, and for every key after keep_result_for has passed.`,
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
            'One result for each event, in the same order: the event, or the problem with it. If the reply would be too large, it leaves out the bodies and attempts of the largest events, and `answer_omitted` says so.',
          schema: batchAnswerSchema,
        },
      },
      problems: [],
      example: examples.publishBatch,
    },
    ...eventRoutes(settings),
    ...scheduleRoutes(settings, now),
    ...keyRoutes,
    ...operationRoutes,
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
