import { expect, test } from '@jest/globals';
import { countHost, type HostCounts, noHostCounts, OTHER_HOSTS, withoutSurplusHosts } from '../../core/host-counts.ts';
import { queuedEvent } from '../support/sample-event.ts';

test('a flood of host names makes the counts of a process no larger than 50 hosts and the others', () => {
  const counts = new Map<string, HostCounts>();
  for (let n = 0; n < 1_000; n++) call(counts, `${n % 500}.example`, 200);
  expect(counts.size).toBe(51);
  expect(counts.get('0.example')?.succeededAttempts).toBe(2);
  expect(counts.get(OTHER_HOSTS)?.succeededAttempts).toBe(900);
});

test('a host that fails is named, however many others were called before it and go well', () => {
  const counts = new Map<string, HostCounts>();
  for (let n = 0; n < 60; n++) call(counts, `${n}.example`, 200);
  for (let n = 0; n < 2; n++) call(counts, 'bad.example', 503);
  for (let n = 0; n < 60; n++) call(counts, `${n}.example`, 200);
  expect(counts.get('bad.example')).toMatchObject({ succeededAttempts: 0, failedAttempts: 2 });
  expect(counts.size).toBe(51);
  expect([...counts.values()].reduce((sum, { succeededAttempts }) => sum + succeededAttempts, 0)).toBe(120);
});

test('of too many hosts, those that fail most keep their names', () => {
  const hosts = Array.from({ length: 60 }, (_, n) => [`${n}.example`, { ...noHostCounts, failedAttempts: n }] as const);
  const few = withoutSurplusHosts(new Map([...hosts, [OTHER_HOSTS, { ...noHostCounts, failedAttempts: 100 }]]));
  expect([few.size, few.has('9.example'), few.has('10.example'), few.has('59.example')]).toEqual([
    51,
    false,
    true,
    true,
  ]);
  expect(few.get(OTHER_HOSTS)?.failedAttempts).toBe(145);
});

function call(counts: Map<string, HostCounts>, host: string, statusCode: number): void {
  const attempt = { number: 1, startedAt: 0, late: 0, duration: 0, outcome: 'answered', statusCode } as const;
  countHost(counts, { kind: 'attempted', event: queuedEvent(0, { url: `https://${host}/` }), attempt });
}
