import * as z from 'zod';
import { examples } from './examples.ts';
import { healthSchema, pauseSchema } from './pause-answer.ts';
import type { Route } from './route.ts';
import { signingSecretSchema } from './signing-secret-answer.ts';
import { statisticsSchema } from './statistics-answer.ts';

const nothing = z.strictObject({});

const openApiSchema = z.looseObject({ openapi: z.string() }).meta({ id: 'OpenApiDocument' });

/** The routes that operate and observe the queue. */
export const operationRoutes = {
  stats: {
    method: 'GET',
    path: '/stats',
    function: 'read',
    aliases: [],
    scope: 'read',
    operationId: 'getStatistics',
    tag: 'Operate',
    summary: 'What happened in the last hour, by the minute, or in the last day, by the hour, and which hosts fail',
    takes: 'parameters',
    input: z.strictObject({
      range: z
        .enum(['hour', 'day'])
        .default('hour')
        .meta({ description: 'The last hour, by the minute, or the last day, by the hour.' }),
    }),
    answers: {
      200: {
        description:
          'The periods, oldest first. In the cloud, the counts of the last ten seconds of a long load may be missing until the process that has them gets another request.',
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
    answers: {
      200: {
        description:
          'The current secret, which is created when it is first needed, and those before it that still sign.',
        schema: signingSecretSchema,
      },
    },
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
          'The queue is paused, now or already before. In the cloud, attempts may start for 30 s after this answer; attempts that are under way end as always.',
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
    answers: { 200: { description: 'The queue is not paused, now or already before.', schema: pauseSchema } },
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
        description: 'The API answers. A paused queue is healthy, too, and says that it is paused.',
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
