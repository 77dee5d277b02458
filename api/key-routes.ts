import * as z from 'zod';
import { examples } from './examples.ts';
import { keySchema } from './key-answer.ts';
import type { Route } from './route.ts';

const nothing = z.strictObject({});

/** The routes that concern API keys. */
export const keyRoutes = {
  ownKey: {
    method: 'GET',
    path: '/keys/self',
    function: 'read',
    aliases: [],
    scope: 'any',
    operationId: 'getOwnKey',
    tag: 'Keys',
    summary: 'The API key of the request itself: its label and its scopes',
    takes: 'parameters',
    input: nothing,
    answers: { 200: { description: 'The key, without its secret.', schema: keySchema } },
    problems: [],
    example: examples.ownKey,
  },
} as const satisfies Record<string, Route>;
