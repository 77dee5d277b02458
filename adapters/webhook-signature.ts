import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { SigningSecret } from '../core/ports.ts';

const PREFIX = 'whsec_';
/** Of a few secrets at a time; what is made of one takes longer than a signature. */
const MOST_KEYS = 100;

export type SignedCall = {
  /** As sent in `webhook-id`. */
  readonly id: string;
  /** As sent in `webhook-timestamp`: epoch seconds. */
  readonly timestamp: number;
  readonly body: Uint8Array;
};

/** The form in which a receiver is given a secret. */
export function secretText(bytes: Uint8Array): string {
  return PREFIX + Buffer.from(bytes).toString('base64');
}

/**
 * The value of `webhook-signature`: one signature for each secret, over the bytes that are sent, whatever they are. A receiver takes
 * any of them. https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
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
