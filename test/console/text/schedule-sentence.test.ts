import { expect, test } from '@jest/globals';
import type { ScheduleAnswer } from '../../../console/state/api-types.ts';
import { runText } from '../../../console/text/run-text.ts';
import { scheduleSentence } from '../../../console/text/schedule-sentence.ts';
import { zoneChoices } from '../../../console/text/zone-choices.ts';
import { localZone } from '../../../console/text/zones.ts';

const sentence = (status: ScheduleAnswer['status'], ...next_runs_at_utc: string[]) =>
  scheduleSentence({ status, next_runs_at_utc } as ScheduleAnswer, 0);

test.each([
  [sentence('active', '1970-01-01T02:05:00Z'), 'Its next run is due in 2 h 5 min.'],
  [sentence('active', '1970-01-01T00:00:00Z'), 'Its next run is due now.'],
  [sentence('paused'), 'It is paused: no run starts until somebody resumes it.'],
  [sentence('ended'), 'It has ended: all its runs have come due.'],
])('a schedule is described: %s', (said, expected) => {
  expect(said).toBe(expected);
});

test('a run that was skipped is told from one that somebody cancelled', () => {
  expect(runText({ status: 'cancelled', ended_because: 'overlapped' })).toBe('Skipped');
  expect(runText({ status: 'cancelled', ended_because: null })).toBe('Cancelled');
});

test('instants are offered in each zone once: that of the schedule, that of the reader, and UTC', () => {
  const names = (own: string | null, readers?: string) => zoneChoices(own, readers).map(({ value }) => value);
  expect(names('Asia/Tokyo', 'Europe/Berlin')).toEqual(['Asia/Tokyo', 'Europe/Berlin', 'UTC']);
  expect(names('UTC', 'UTC')).toEqual(['UTC']);
  expect(names('Asia/Tokyo')).toEqual([...new Set(['Asia/Tokyo', localZone, 'UTC'])]);
  expect(names(null, 'Europe/Berlin')).toEqual(['Europe/Berlin', 'UTC']);
});
