import type * as z from 'zod';
import type { Scope } from '../core/api-key.ts';
import type { ProblemKind } from './problem.ts';
import type { Tag } from './tags.ts';

export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The path. A part such as `{name}` is a parameter. */
  readonly path: string;
  readonly aliases: readonly Alias[];
  /** The deployed function that serves the route. There is one function for each set of permissions. */
  readonly function: FunctionName;
  /** What the API key must be allowed to do. Without it, no key is needed. */
  readonly scope?: NeededScope;
  /**
   * The name of the operation in code that is generated from the OpenAPI document: a verb and an object, as in
   * `listEvents`.
   */
  readonly operationId: string;
  /** The group in which the documentation lists the operation. */
  readonly tag: Tag;
  readonly summary: string;
  /** The source of the input: the parameters of path and query, or a JSON body of at most `maxBodyBytes` bytes. */
  readonly takes: 'parameters' | { readonly maxBodyBytes: number };
  readonly input: z.ZodType;
  /** The schema of the parameters in the path, if the route takes a body. Without a body, they are part of the input. */
  readonly pathParameters?: z.ZodType;
  /** The schema that the documentation shows, if the route accepts more than clients should send. */
  readonly described?: z.ZodType;
  /** Request headers that stand for fields of the input, from the header to the field. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Request headers of other routes that this route refuses, and what to do instead. Without the refusal they would be
   * ignored silently.
   */
  readonly refusedHeaders?: Readonly<Record<string, string>>;
  /** What to do instead of sending a body, if the route refuses one. Other routes without a body ignore it. */
  readonly refusedBody?: string;
  readonly answers: Readonly<Record<number, { readonly description: string; readonly schema: z.ZodType }>>;
  /** The problems that are specific to the route. Others follow from its scope and its input. */
  readonly problems: readonly ProblemKind[];
  /** An example of an input and an answer, for the documentation. */
  readonly example: { readonly input?: unknown; readonly answer: unknown };
  /** Present if the route exists only for clients of the original queue. */
  readonly deprecated?: true;
};

/** The scope that the API key of a request must have, or `any` if every valid key will do. */
export type NeededScope = Scope | 'any';

export type FunctionName = 'publish' | 'read' | 'manage' | 'site';

/**
 * Another path of a route, which the original queue had. `parameters` leads from the names that the original queue gave
 * to query parameters to the names that the route gives them.
 */
type Alias = {
  readonly path: string;
  readonly operationId: string;
  readonly parameters?: Readonly<Record<string, string>>;
};
