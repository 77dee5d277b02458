import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DAY } from '../../../core/durations.ts';
import { inShard, offsetOf, parsePublicKey, publicKey, shardOf } from '../../../core/event/event-key.ts';

const UUID = '0308f8a2-4f5e-4d1c-9a55-000000000001';
const instants = fc.integer({ min: 1, max: Date.parse('2200-01-01T00:00:00Z') });

test('an offset is 100000000000 − due in seconds, with eleven digits before its point and three behind it', () => {
  expect(offsetOf(Date.parse('2030-01-01T00:00:00.250Z'))).toBe('98106543999.750');
  expect(offsetOf(1)).toBe('99999999999.999');
  expect(offsetOf(90_000_000_000_000)).toBe('10000000000.000');
  for (const instant of [0, -1, -DAY]) expect(offsetOf(instant)).toBe('99999999999.999');
});

test('of two instants the earlier has the larger offset, as text', () => {
  fc.assert(
    fc.property(instants, instants, (one, other) => {
      expect(offsetOf(one) > offsetOf(other)).toBe(one < other);
    }),
  );
});

test('a public key is read back as the key it was made of', () => {
  fc.assert(
    fc.property(instants, fc.uuid(), (dueAt, uuid) => {
      expect(parsePublicKey(publicKey({ dueAt, uuid }))).toEqual({ dueAt, uuid });
    }),
  );
});

test.each(['', 'x', `98106543999.750#${UUID}`, `98106543999-${UUID}`, `98106543999.750-${UUID.toUpperCase()}`, UUID])(
  '%j is not a public key',
  (text) => {
    expect(parsePublicKey(text)).toBeUndefined();
  },
);

test('the first byte of a uuid is its shard, and nothing else of it changes', () => {
  expect(inShard('ffffffff-4f5e-4d1c-9a55-000000000001', 3)).toBe('03ffffff-4f5e-4d1c-9a55-000000000001');
  for (const shard of [0, 1, 15, 16, 255]) expect(shardOf(inShard(UUID, shard))).toBe(shard);
});
