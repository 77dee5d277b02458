import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { SigningSecret } from '../core/ports.ts';

const PREFIX = 'whsec_';
/** At most this many keys are cached. To make a key from a secret takes longer than a signature. */
const MOST_KEYS = 100;

export type SignedCall = {
  /** The value of the header `webhook-id`. */
  readonly id: string;
  /** The value of the header `webhook-timestamp`, in epoch seconds. */
  readonly timestamp: number;
  readonly body: Uint8Array;
};

/** Returns a secret in the form in which a receiver gets it: base64 behind the prefix `whsec_`. */
export function secretText(bytes: Uint8Array): string {
  return PREFIX + Buffer.from(bytes).toString('base64');
}

/**
 * Returns the value of the header `webhook-signature`: one signature for each secret, over exactly the bytes that are
 * sent. A receiver accepts the call if any of them is right.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signatureOf({ id, timestamp, body }: SignedCall, secrets: readonly SigningSecret[]): string {
  return secrets
    .map(({ secret }) => {
      const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body);
      return `v1,${signature.digest('base64')}`;
    })
    .join(' ');
}

const keys = new Map<string, KeyObject>();

function keyOf(secret: string): KeyObject {
  const known = keys.get(secret);
  if (known !== undefined) return known;
  const key = createSecretKey(Buffer.from(secret.slice(PREFIX.length), 'base64'));
  if (keys.size >= MOST_KEYS) keys.clear();
  keys.set(secret, key);
  return key;
}
