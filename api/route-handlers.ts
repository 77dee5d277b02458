import type * as z from 'zod';
import type { ApiKey } from '../core/api-key.ts';
import type { Problem } from './problem.ts';
import type { Reply } from './reply.ts';
import type { RouteName, Routes } from './routes.ts';

/** Handles a request of a route after the request has been authenticated, parsed and validated. */
type Handle<Name extends RouteName> = (request: {
  readonly input: z.output<Routes[Name]['input']>;
  readonly pathParameters: Routes[Name] extends { pathParameters: infer Schema extends z.ZodType }
    ? z.output<Schema>
    : undefined;
  readonly caller: Routes[Name] extends { scope: string } ? ApiKey : undefined;
}) => Promise<Reply | Problem>;

export type RouteHandlers<Name extends RouteName = RouteName> = { readonly [One in Name]: Handle<One> };
