import * as z from 'zod';
import type { Scope } from '../core/api-key.ts';
import { newEventSchema } from '../core/new-event.ts';
import type { Settings } from '../core/settings.ts';
import { eventSchema } from './event-answer.ts';
import type { ProblemKind } from './problem.ts';

export type Route = {
  readonly method: 'GET' | 'POST';
  /** `{name}` is a parameter. */
  readonly path: string;
  readonly aliases: readonly Alias[];
  /** What a caller's key must allow; without one, no key is needed. */
  readonly scope?: Scope;
  readonly summary: string;
  /** The body of a POST; path and query parameters of a GET. */
  readonly input: z.ZodType;
  readonly answers: Readonly<Record<number, { readonly description: string; readonly schema: z.ZodType }>>;
  /** Refusals of its own, beside those that follow from the rest. */
  readonly problems: readonly ProblemKind[];
};

/** Another path of a route, as the original queue had it, and what its query parameters are called today. */
type Alias = { readonly path: string; readonly parameters?: Readonly<Record<string, string>> };

const nothing = z.strictObject({});

/** Every route, once: the server, the documentation and the tests read it here. */
export function routes(settings: Settings, now: () => number) {
  return {
    publish: {
      method: 'POST',
      path: '/events',
      aliases: [{ path: '/receive-event' }, { path: '/receive_event' }],
      scope: 'publish',
      summary: 'Publish an event: its URL is called when it is due',
      input: newEventSchema(settings, now),
      answers: { 201: { description: 'The event is accepted.', schema: eventSchema } },
      problems: [],
    },
    get: {
      method: 'GET',
      path: '/events/{key}',
      aliases: [{ path: '/get-event', parameters: { event_key: 'key' } }],
      scope: 'read',
      summary: 'Read an event and what has happened to it',
      input: z.strictObject({
        key: z
          .string('Required: the key of an event, as publishing it was answered.')
          .meta({ description: "The event's key." }),
      }),
      answers: { 200: { description: 'The event.', schema: eventSchema } },
      problems: ['not-found'],
    },
    health: {
      method: 'GET',
      path: '/health',
      aliases: [],
      summary: 'Whether the API answers',
      input: nothing,
      answers: { 200: { description: 'It does.', schema: z.strictObject({ status: z.literal('ok') }) } },
      problems: [],
    },
    openapi: {
      method: 'GET',
      path: '/openapi.json',
      aliases: [],
      summary: 'This description of the API',
      input: nothing,
      answers: { 200: { description: 'An OpenAPI 3.1 document.', schema: z.looseObject({ openapi: z.string() }) } },
      problems: [],
    },
  } as const satisfies Record<string, Route>;
}

export type Routes = ReturnType<typeof routes>;
export type RouteName = keyof Routes;
