import { createHmac } from 'node:crypto';
import type { SigningSecret } from '../core/ports.ts';

const PREFIX = 'whsec_';

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
      const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
      return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;
    })
    .join(' ');
}
