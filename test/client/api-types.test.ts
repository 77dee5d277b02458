import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type * as z from 'zod';
import type { BriefAnswer } from '../../api/brief-answer.ts';
import type { EventAnswer } from '../../api/event-answer.ts';
import type { pauseSchema } from '../../api/pause-answer.ts';
import type { Routes } from '../../api/routes.ts';
import type { statisticsSchema } from '../../api/statistics-answer.ts';
import type {
  BriefEvent,
  CountEventsParameters,
  EventsToCancel,
  EventsToRetry,
  ListEventsParameters,
  NewEvent,
  Pause,
  QueueEvent,
  Statistics,
} from '../../client/api-types.ts';
import { clientTypesText } from '../../verify/client-types/client-types-text.ts';

test('client/api-types.ts is as `npm run client-types` makes it', () => {
  expect(readFileSync(new URL('../../client/api-types.ts', import.meta.url), 'utf8')).toBe(clientTypesText());
});

/** A type in which every field and list is read-only, at every depth. */
type Frozen<T> = T extends (infer One)[]
  ? readonly Frozen<One>[]
  : T extends object
    ? { readonly [Field in keyof T]: Frozen<T[Field]> }
    : T;
type Same<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : false) : false;
type FieldsOf<Name extends keyof Routes> = keyof z.input<Routes[Name]['input']>;

// The compiler refuses this list if a type of the client differs from the schema of the server.
const same: readonly true[] = [
  true satisfies Same<Frozen<EventAnswer>, QueueEvent>,
  true satisfies Same<Frozen<BriefAnswer>, BriefEvent>,
  true satisfies Same<Frozen<z.infer<typeof statisticsSchema>>, Statistics>,
  true satisfies Same<Frozen<z.infer<typeof pauseSchema>>, Pause>,
  true satisfies Same<FieldsOf<'publish'>, keyof NewEvent>,
  true satisfies Same<FieldsOf<'list'>, keyof ListEventsParameters>,
  true satisfies Same<FieldsOf<'count'>, keyof CountEventsParameters>,
  true satisfies Same<FieldsOf<'cancelAll'>, keyof EventsToCancel>,
  true satisfies Same<FieldsOf<'retryAll'>, keyof EventsToRetry>,
];

test('the types of the client are those of the schemas', () => {
  expect(same.length).toBe(9);
});
