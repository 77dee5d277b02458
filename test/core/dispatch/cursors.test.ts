import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { caughtUp, lease, mayAudit, moved, renewed } from '../../../core/dispatch/cursors.ts';
import { MINUTE, SECOND } from '../../../core/durations.ts';
import { positionAt } from '../../../core/event/entry.ts';
import { graceOf, nextAuditAt } from '../../../core/event/reminder-times.ts';
import type { Cursors } from '../../../core/ports.ts';
import { START } from '../../support/simulation.ts';

const GRACE = 10 * MINUTE;

const standing: Cursors = {
  version: 7,
  writtenAt: START - 50 * SECOND,
  leasedUntil: START,
  promote: [positionAt(START), positionAt(START + MINUTE)],
  audit: [positionAt(START - GRACE), positionAt(START - GRACE)],
  upToDateSince: START - MINUTE,
};

describe('the lease', () => {
  test('is for 50 s, and taken by nobody else meanwhile', () => {
    const taken = lease(standing, START, 2);
    expect(taken).toMatchObject({ version: 8, leasedUntil: START + 50 * SECOND });
    expect(lease(taken, START + 50 * SECOND - 1, 2)).toBeUndefined();
    expect(lease(taken, START + 50 * SECOND, 2)?.version).toBe(9);
  });

  test('of a clock that was put back is taken at once', () => {
    const ahead = { ...standing, writtenAt: START + MINUTE, leasedUntil: START + 2 * MINUTE };
    expect(lease(ahead, START, 2)?.version).toBe(standing.version + 1);
    expect(lease({ ...ahead, writtenAt: START + SECOND }, START, 2)).toBeUndefined();
  });

  test('is renewed with every page', () => {
    expect(renewed(standing, START + MINUTE)).toMatchObject({ version: 8, leasedUntil: START + MINUTE + 50 * SECOND });
  });

  test('begins with cursors at the beginning of every shard', () => {
    const { promote = [], audit = [], upToDateSince } = lease(undefined, START, 3) ?? {};
    expect(promote).toHaveLength(3);
    for (const position of [...promote, ...audit]) expect(position > positionAt(0)).toBe(true);
    expect(upToDateSince).toBeUndefined();
  });

  test('keeps every shard that ever was, and begins new ones at their beginning', () => {
    expect(lease(standing, START, 1)?.promote).toEqual(standing.promote);
    expect(lease(standing, START, 4)?.promote.slice(0, 2)).toEqual(standing.promote);
    expect(lease(standing, START, 4)?.promote).toHaveLength(4);
  });
});

describe('the audit', () => {
  test('may begin a grace after the promote cursor caught up', () => {
    const cursors = caughtUp({ ...standing, upToDateSince: START }, START + MINUTE);
    expect(mayAudit(cursors, START + GRACE - 1, GRACE)).toBe(false);
    expect(mayAudit(cursors, START + GRACE, GRACE)).toBe(true);
  });

  test('has to wait anew once the promote cursor is behind the present in any shard', () => {
    expect(lease(standing, START, 2)?.upToDateSince).toBe(START - MINUTE);
    const behind = moved(standing, 'promote', [positionAt(START), positionAt(START - 1)]);
    expect(lease(behind, START, 2)).not.toHaveProperty('upToDateSince');
  });

  test('has a grace of ten minutes, or of what the longest call and its message may take', () => {
    expect(graceOf(6 * SECOND, MINUTE)).toBe(10 * MINUTE);
    expect(graceOf(14 * MINUTE, 15 * MINUTE)).toBe(30 * MINUTE);
  });
});

test('the audit looks at an event again within a grace, behind what is pending, and two audits at one instant', () => {
  const instants = fc.integer({ min: START, max: START + 1_000 * MINUTE });
  fc.assert(
    fc.property(instants, instants, fc.uuid(), (now, pendingSince, uuid) => {
      const at = nextAuditAt({ dueAt: START, uuid }, pendingSince, now, GRACE);
      const base = Math.max(now, pendingSince);
      expect(at).toBeGreaterThan(base);
      expect(at).toBeLessThanOrEqual(base + GRACE);
      expect(nextAuditAt({ dueAt: START, uuid }, at - 1, now, GRACE)).toBe(at);
    }),
  );
});
