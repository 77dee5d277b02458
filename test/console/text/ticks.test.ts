import { expect, test } from '@jest/globals';
import { ticksBetween, tickText } from '../../../console/text/ticks.ts';

const at = (text: string) => Date.parse(text);

function textsBetween(from: string, to: string, everyMinutes: number, zone: string): string[] {
  return ticksBetween(at(from), at(to), everyMinutes, zone).map((tick) => tickText(tick, zone));
}

test('ticks stand at full multiples of the time that the clocks show', () => {
  expect(textsBetween('2026-03-02T09:03Z', '2026-03-02T10:01Z', 10, 'UTC')).toEqual([
    '09:10',
    '09:20',
    '09:30',
    '09:40',
    '09:50',
    '10:00',
  ]);
});

test('ticks of a zone that is half an hour off stand at its own full hours', () => {
  expect(textsBetween('2026-03-02T09:00Z', '2026-03-02T12:00Z', 60, 'Asia/Kolkata')).toEqual([
    '15:00',
    '16:00',
    '17:00',
  ]);
});

test('the tick at midnight names the new day', () => {
  expect(textsBetween('2026-03-02T20:30Z', '2026-03-03T02:30Z', 180, 'UTC')).toEqual(['21:00', '3 Mar']);
});

test('ticks show the hour that the clocks are put forward to', () => {
  expect(textsBetween('2026-03-28T23:30Z', '2026-03-29T03:30Z', 60, 'Europe/Berlin')).toEqual([
    '01:00',
    '03:00',
    '04:00',
    '05:00',
  ]);
});
