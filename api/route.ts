import type * as z from 'zod';
import type { Scope } from '../core/api-key.ts';
import type { ProblemKind } from './problem.ts';
import type { Tag } from './tags.ts';

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
