import * as z from 'zod';
import { namedObject } from './named-object.ts';
import type { Reply } from './reply.ts';

/** Every way in which the API refuses a request. The names are stable: clients compare them. */
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

/** A refusal, as a value. `detail` says what to do. */
export type Problem = {
  readonly problem: ProblemKind;
  readonly detail: string;
  readonly errors?: readonly FieldProblem[];
  readonly headers?: Readonly<Record<string, string>>;
};

const fieldProblemSchema = namedObject('FieldProblem', { path: z.string(), detail: z.string() });

/** RFC 9457. */
export const problemSchema = namedObject('Problem', {
  type: z.enum(Object.keys(problemKinds).map(problemType)).meta({ description: 'Stable: compare this one.' }),
  title: z.string(),
  status: z.int(),
  detail: z.string().meta({ description: 'What is wrong, and what to do about it.' }),
  errors: z
    .array(fieldProblemSchema)
    .optional()
    .meta({ description: 'The fields that are not valid, if it is about fields.' }),
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

/** Of one field, parameter or header. */
export function invalid(path: string, detail: string): Problem {
  return { problem: 'invalid', detail: `${path}: ${detail}`, errors: [{ path, detail }] };
}

export const unexpected: Problem = {
  problem: 'unavailable',
  detail:
    'Something failed on the side of the queue, and whether this was done is unknown. Send it again in a moment; with the same deduplication_id an event is published once.',
  headers: { 'retry-after': '1' },
};

function problemType(kind: string): string {
  return `urn:event-queue:${kind}`;
}
