import type * as z from 'zod';
import type { ApiKey } from '../core/api-key.ts';
import { parsePublicKey } from '../core/event-key.ts';
import type { EventQueue } from '../core/queue.ts';
import { eventAnswer } from './event-answer.ts';
import type { Problem } from './problem.ts';
import type { Reply } from './reply.ts';
import type { RouteName, Routes } from './routes.ts';

/** What a route does with a request that has been parsed, authenticated and validated. */
type Handle<Name extends RouteName> = (request: {
  readonly input: z.output<Routes[Name]['input']>;
  readonly caller: Routes[Name] extends { scope: string } ? ApiKey : undefined;
}) => Promise<Reply | Problem>;

export type Handlers = { readonly [Name in RouteName]: Handle<Name> };

export function handlers(queue: EventQueue, openApiDocument: unknown): Handlers {
  return {
    async publish({ input, caller }) {
      return { status: 201, body: eventAnswer(await queue.publish(input, caller.id)) };
    },

    async get({ input }) {
      const key = parsePublicKey(input.key);
      const record = key && (await queue.read(key));
      return record ? { status: 200, body: eventAnswer(record) } : noSuchEvent;
    },

    async health() {
      return { status: 200, body: { status: 'ok' } };
    },

    async openapi() {
      return { status: 200, body: openApiDocument };
    },
  };
}

const noSuchEvent: Problem = {
  problem: 'not-found',
  detail:
    'There is no event with this key, or it finished and was kept as long as keep_result_for asked. Check the key.',
};
