import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { secretText, signatureOf } from '../../adapters/webhook-signature.ts';

type Case = {
  readonly name: string;
  readonly secret?: string;
  readonly secrets?: readonly string[];
  readonly id: string;
  readonly timestamp: number;
  readonly bodyUtf8?: string;
  readonly bodyBase64?: string;
  readonly signature: string;
};

const { standardWebhooks: cases } = JSON.parse(
  readFileSync(new URL('../cases/signing.json', import.meta.url), 'utf8'),
) as { standardWebhooks: readonly Case[] };

describe('a signature', () => {
  test.each(cases)('is that of the standard: $name', ({ secret, secrets = [secret ?? ''], signature, ...call }) => {
    const body = Buffer.from(call.bodyBase64 ?? call.bodyUtf8 ?? '', call.bodyBase64 === undefined ? 'utf8' : 'base64');
    const signed = signatureOf(
      { id: call.id, timestamp: call.timestamp, body },
      secrets.map((one) => ({ secret: one })),
    );
    expect(signed).toBe(signature);
  });

  test('of any text is that of the standard’s own library, and found good by it', () => {
    const bytes = (size: number) => fc.uint8Array({ minLength: size, maxLength: size });
    fc.assert(
      fc.property(bytes(32), fc.uuid(), fc.string({ unit: 'grapheme' }), (key, id, text) => {
        const secret = secretText(key);
        const timestamp = Math.floor(Date.now() / 1_000);
        const signature = signatureOf({ id, timestamp, body: Buffer.from(text) }, [{ secret }]);
        const webhook = new Webhook(secret);
        expect(signature).toBe(webhook.sign(id, new Date(timestamp * 1_000), text));
        const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature };
        expect(() => webhook.verify(text, headers)).not.toThrow(/signature/i);
      }),
    );
  });
});
