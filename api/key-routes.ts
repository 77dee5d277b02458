import * as z from 'zod';
import { isLabel, LONGEST_LABEL, scopes } from '../core/api-key.ts';
import { examples } from './examples.ts';
import { keyListSchema, keySchema, newKeySchema, revokedKeySchema, scopeSchema } from './key-answer.ts';
import type { Route } from './route.ts';

const nothing = z.strictObject({});

const A_KEY = { maxBodyBytes: 4 * 1_024 };

const LABEL = `A text of 1 to ${LONGEST_LABEL} characters without line breaks, such as web.`;
const SCOPES = `A list of scopes, each one of ${scopes.join(', ')}.`;

const wantedKey = z
  .strictObject(
    {
      label: z
        .string(LABEL)
        .min(1, LABEL)
        .max(LONGEST_LABEL, LABEL)
        .refine(isLabel, LABEL)
        .meta({ description: 'Whose key it is.' }),
      scopes: z
        .array(scopeSchema, SCOPES)
        .min(1, SCOPES)
        .max(scopes.length, SCOPES)
        .transform((all) => [...new Set(all)])
        .meta({ description: 'What the key may do.' }),
    },
    { error: ({ code }) => (code === 'invalid_type' ? 'Send a JSON object with label and scopes.' : undefined) },
  )
  .meta({ id: 'NewApiKey' });

const oneKey = z.strictObject({
  id: z.string().meta({ description: 'The id of a key, from GET /keys.' }),
});

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
  listKeys: {
    method: 'GET',
    path: '/keys',
    function: 'manage',
    aliases: [],
    scope: 'admin',
    operationId: 'listKeys',
    tag: 'Keys',
    summary: 'List the API keys, without their secrets',
    takes: 'parameters',
    input: nothing,
    answers: { 200: { description: 'The keys that were made and not revoked.', schema: keyListSchema } },
    problems: [],
    example: examples.listKeys,
  },
  createKey: {
    method: 'POST',
    path: '/keys',
    function: 'manage',
    aliases: [],
    scope: 'admin',
    operationId: 'createKey',
    tag: 'Keys',
    summary: 'Make an API key with any scopes, and show its secret this once',
    takes: A_KEY,
    input: wantedKey,
    answers: { 201: { description: 'The key, which works at once.', schema: newKeySchema } },
    problems: ['conflict'],
    example: examples.createKey,
  },
  revokeKey: {
    method: 'DELETE',
    path: '/keys/{id}',
    function: 'manage',
    aliases: [],
    scope: 'admin',
    operationId: 'revokeKey',
    tag: 'Keys',
    summary: 'Revoke an API key',
    takes: 'parameters',
    input: oneKey,
    answers: {
      200: {
        description:
          'The key is revoked, and stops working within 30 s. The key of the request itself cannot be revoked by it: that is a 409.',
        schema: revokedKeySchema,
      },
    },
    problems: ['not-found', 'conflict'],
    example: examples.revokeKey,
  },
} as const satisfies Record<string, Route>;
