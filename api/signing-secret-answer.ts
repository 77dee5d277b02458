import * as z from 'zod';
import type { SigningSecret } from '../core/ports.ts';
import { namedObject } from './named-object.ts';

const secret = z.string().meta({ description: 'In the form of Standard Webhooks: whsec_ and base64.' });

const previousSecretSchema = namedObject('PreviousSigningSecret', { secret, signs_until_utc: z.iso.datetime() });

export const signingSecretSchema = namedObject('SigningSecret', {
  secret,
  previous: z.array(previousSecretSchema).meta({
    description: 'The secrets that were replaced, but with which calls are still signed too, the latest first.',
  }),
});

/** The answer with the signing secrets. Of the secrets that sign now, the first is the current one. */
export function signingSecretAnswer([current, ...previous]: readonly SigningSecret[]): z.infer<
  typeof signingSecretSchema
> {
  return {
    secret: current?.secret ?? '',
    previous: previous.map(({ secret, until = 0 }) => ({ secret, signs_until_utc: new Date(until).toISOString() })),
  };
}
