import * as z from 'zod';
import { SECOND } from '../core/durations.ts';
import { namedObject } from './named-object.ts';
import type { Reply } from './reply.ts';

/**
 * The kinds of problems with which the API refuses requests. Clients compare their names, so the names never change.
 */
export const problemKinds = {
  'not-json': { status: 400, title: 'The request is not JSON' },
  unauthorized: { status: 401, title: 'An API key is needed' },
  forbidden: { status: 403, title: 'The API key does not allow this' },
  'own-machine-only': { status: 403, title: 'This queue serves its own machine only' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'method-not-allowed': { status: 405, title: 'This path does not take this method' },
  conflict: { status: 409, title: 'This is not possible in this state' },
  'too-large': { status: 413, title: 'The request is too large' },
  'unsupported-media-type': { status: 415, title: 'The request must be plain JSON' },
  invalid: { status: 422, title: 'The request is not valid' },
  unavailable: { status: 503, title: 'The queue cannot do this now' },
} as const;

export type ProblemKind = keyof typeof problemKinds;

type FieldProblem = { readonly path: string; readonly detail: string };

/** A refused request. `detail` says what is wrong and what to do. */
export type Problem = {
  readonly problem: ProblemKind;
  readonly detail: string;
  readonly errors?: readonly FieldProblem[];
  readonly headers?: Readonly<Record<string, string>>;
};

const fieldProblemSchema = namedObject('FieldProblem', {
  path: z.string().meta({ description: 'The field, parameter or header, with dots between the names of nested ones.' }),
  detail: z.string().meta({ description: 'What is wrong with it, and what to do about it.' }),
});

/** A problem as the API answers it, in the form of RFC 9457. */
export const problemSchema = namedObject('Problem', {
  type: z
    .enum(Object.keys(problemKinds).map(problemType))
    .meta({ description: 'The kind of problem. Its values never change, so clients should compare this field.' }),
  title: z.string().meta({ description: 'The kind of problem in a few words.' }),
  status: z.int().meta({ description: 'The status code of the answer, or of this one event in a batch.' }),
  detail: z.string().meta({ description: 'What is wrong, and what to do about it.' }),
  errors: z
    .array(fieldProblemSchema)
    .optional()
    .meta({ description: 'The fields that are not valid, if the problem is with fields.' }),
});

export type ProblemAnswer = Omit<z.infer<typeof problemSchema>, 'errors'> & Pick<Problem, 'errors'>;

export function problemReply({ problem, detail, errors, headers }: Problem): Reply<ProblemAnswer> {
  const { status, title } = problemKinds[problem];
  return {
    status,
    headers: { ...headers, 'content-type': 'application/problem+json' },
    body: { type: problemType(problem), title, status, detail, ...(errors && { errors }) },
  };
}

/** Makes the problem that says which field, parameter or header of a request is not valid, and why. */
export function invalid(path: string, detail: string): Problem {
  return { problem: 'invalid', detail: `${path}: ${detail}`, errors: [{ path, detail }] };
}

/** The header that says when to send a refused request again, in whole seconds from now. */
export function retryAfter(until: number, now: number): Readonly<Record<string, string>> {
  return { 'retry-after': String(Math.max(1, Math.ceil((until - now) / SECOND))) };
}

export const unexpected: Problem = {
  problem: 'unavailable',
  detail:
    'Something failed in the queue, and it is not known whether this was done. Send it again in a moment. With the same deduplication_id, an event is published only once.',
  headers: { 'retry-after': '1' },
};

export const foreignCursor = invalid('cursor', 'This is not a next_cursor of the same search. Begin without one.');

export const anotherRequest = invalid(
  'deduplication_id',
  'This id was given to another request, and its deduplication_window is not over. Choose another id, or send the same request.',
);

function problemType(kind: string): string {
  return `urn:event-queue:${kind}`;
}
