import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Draft, newDraft } from '../../../../console/event-form/draft.ts';
import { draftTiming } from '../../../../console/screens/schedule-form/draft-timing.ts';
import { draftOfSchedule } from '../../../../console/screens/schedule-form/schedule-draft.ts';
import { scheduleRequest } from '../../../../console/screens/schedule-form/schedule-request.ts';
import type { ScheduleAnswer } from '../../../../console/state/api-types.ts';

const BERLIN = { zone: 'Europe/Berlin' };
const draft = (changed: Partial<Draft>): Draft => ({
  ...newDraft('https://example.com/'),
  bodyKind: 'none',
  ...changed,
});
const sent = (changed: Partial<Draft>) => JSON.parse(scheduleRequest(draft(changed), BERLIN).json);
const EVENT = { url_to_send_request: 'https://example.com/' };

describe('the request of a schedule', () => {
  test('has the times of a cron expression in the zone that was chosen', () => {
    const request = sent({ cron: ' 0 9 * * mon ', timeZone: 'Asia/Tokyo', overlap: 'skip', catchUp: '3' });
    expect(request).toEqual({
      cron: '0 9 * * mon',
      time_zone: 'Asia/Tokyo',
      overlap: 'skip',
      catch_up: 3,
      event: EVENT,
    });
  });

  test('has an interval in seconds, and its bounds as instants', () => {
    const bounds = { from: '2026-03-29T01:00:00', until: '2026-03-29T03:00:00' };
    expect(sent({ timing: 'every', every: '1.5', everyUnit: 'hours', ...bounds })).toEqual({
      every: 5_400,
      from: '2026-03-29T00:00:00.000Z',
      until: '2026-03-29T01:00:00.000Z',
      overlap: 'allow',
      event: EVENT,
    });
  });

  test('names what is wrong with an interval, a number and the event', () => {
    const wrong = draft({ timing: 'every', every: ' ', catchUp: 'two', bodyKind: 'json', body: '{' });
    const paths = scheduleRequest(wrong, BERLIN).mistakes.map(({ path }) => path);
    expect(paths).toEqual(['every', 'catch_up', 'body']);
  });

  test('of a schedule that is read and not changed is the schedule itself, to the millisecond', () => {
    const instant = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });
    const bound = fc.option(instant.map((date) => date.toISOString()));
    const timing = fc.oneof(
      fc.record({ every: fc.integer({ min: 60, max: 1e7 }), cron: fc.constant(null), time_zone: fc.constant(null) }),
      fc.record({ every: fc.constant(null), cron: fc.constant('5 4 * * *'), time_zone: fc.constant('Asia/Tokyo') }),
    );
    const fields = { from: bound, until: bound, overlap: fc.constantFrom('allow', 'skip'), catch_up: fc.nat(100) };
    fc.assert(
      fc.property(timing, fc.record(fields), (times, others) => {
        const given = { ...times, ...others };
        const before = { ...given, id: 'a', event: READ_EVENT } as unknown as ScheduleAnswer;
        const read = draftOfSchedule({ schedule: before, bodyText: undefined }, BERLIN.zone);
        const { event, ...request } = JSON.parse(scheduleRequest(read, { ...BERLIN, before }).json);
        expect(request).toEqual(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)));
        expect(event).toMatchObject({ ...EVENT, max_try_count: 3 });
      }),
    );
  });
});

test('an interval of a draft is counted from now, unless the draft says from when', () => {
  const parsed = draftTiming(draft({ timing: 'every', every: '10' }), BERLIN, 7_000);
  expect(parsed).toEqual({ timing: { every: 600_000, from: 7_000 } });
  const refused = draftTiming(draft({ timing: 'every', every: '1', everyUnit: 'seconds' }), BERLIN, 7_000);
  expect(refused).toMatchObject({ field: 'every' });
});

const READ_EVENT = {
  ...EVENT,
  method: 'GET',
  headers: {},
  body: null,
  body_base64: null,
  event_tags: [],
  timeout_for_request: 5,
  max_try_count: 3,
  retry_delay: 60,
  retry_delays: null,
  retry_backoff: 'fixed',
  retry_max_delay: 3_600,
  failure_url: null,
  callback_url: null,
  keep_result_for: 86_400,
  keep_failed_for: 86_400,
};
