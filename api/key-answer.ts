import * as z from 'zod';
import { type ApiKey, scopes } from '../core/api-key.ts';
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
