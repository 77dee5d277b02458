import * as z from 'zod';
import type { SigningSecret } from '../core/ports.ts';
import { namedObject } from './named-object.ts';

const secret = z.string().meta({ description: 'In the form of Standard Webhooks: whsec_ and base64.' });

const previousSecretSchema = namedObject('PreviousSigningSecret', { secret, signs_until_utc: z.iso.datetime() });

export const signingSecretSchema = namedObject('SigningSecret', {
  secret,
  previous: z
    .array(previousSecretSchema)
    .meta({ description: 'Those that were replaced, while calls are still signed with them too; latest first.' }),
});

/** @param secrets those that sign now, the current one first */
export function signingSecretAnswer([current, ...previous]: readonly SigningSecret[]): z.infer<
  typeof signingSecretSchema
> {
  return {
    secret: current?.secret ?? '',
    previous: previous.map(({ secret, until = 0 }) => ({ secret, signs_until_utc: new Date(until).toISOString() })),
  };
}
