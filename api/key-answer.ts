import * as z from 'zod';
import { type ApiKey, type StoredKey, scopes } from '../core/api-key.ts';
import { namedObject } from './named-object.ts';

/** The scopes of a key. They have one named schema, so that generated code has one type for them. */
export const scopeSchema = z.enum(scopes).meta({ id: 'Scope' });

export const keySchema = namedObject('ApiKey', {
  id: z.string().meta({ description: 'The id of the key, which is not secret.' }),
  label: z.string().meta({ description: 'The name that was given to the key when it was made.' }),
  scopes: z.array(scopeSchema),
});

export function keyAnswer({ id, label, scopes: allowed }: ApiKey): z.infer<typeof keySchema> {
  return { id, label, scopes: [...allowed] };
}

const storedKey = { ...keySchema.shape, created_at_utc: z.iso.datetime() };

export const keyListSchema = namedObject('ApiKeyList', {
  keys: z.array(namedObject('StoredApiKey', storedKey)).meta({
    description: 'All keys, the latest first. The key demo of a queue on your own machine is not one of them.',
  }),
});

export const newKeySchema = namedObject('CreatedApiKey', {
  ...storedKey,
  secret: z.string().meta({ description: 'The key itself, as it is sent in x-api-key. It is never shown again.' }),
});

export const revokedKeySchema = namedObject('RevokedApiKey', { id: z.string(), revoked: z.literal(true) });

export function storedKeyAnswer({ createdAt, ...key }: StoredKey) {
  return { ...keyAnswer(key), created_at_utc: new Date(createdAt).toISOString() };
}
