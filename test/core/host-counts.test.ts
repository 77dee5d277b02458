import { expect, test } from '@jest/globals';
import { countHost, type HostCounts, OTHER_HOSTS } from '../../core/host-counts.ts';
import { queuedEvent } from '../support/sample-event.ts';

test('a flood of host names makes the counts of a process no larger than 50 hosts and the others', () => {
  const counts = new Map<string, HostCounts>();
  const attempt = { number: 1, startedAt: 0, late: 0, duration: 0, outcome: 'answered', statusCode: 200 } as const;
  for (let n = 0; n < 1_000; n++) {
    const event = queuedEvent(0, { url: `https://${n % 500}.example/` });
    countHost(counts, { kind: 'attempted', event, attempt });
  }
  expect(counts.size).toBe(51);
  expect(counts.get('0.example')?.succeededAttempts).toBe(2);
  expect(counts.get(OTHER_HOSTS)?.succeededAttempts).toBe(900);
});
