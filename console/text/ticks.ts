import { dayName, minuteOfDay } from './time.ts';

const MINUTE = 60_000;
/** The clocks of all zones show a whole multiple of 5 minutes at each whole multiple of 5 minutes of UTC. */
const GRID = 5 * MINUTE;

/**
 * The instants between two others at which the clocks of a zone show a multiple of some minutes, such as each full
 * hour. Where the clocks are changed in between, the distances differ.
 */
export function ticksBetween(from: number, to: number, everyMinutes: number, zone: string | undefined): number[] {
  const ticks: number[] = [];
  for (let at = Math.ceil(from / GRID) * GRID; at <= to; at += GRID) {
    if (minuteOfDay(at, zone) % everyMinutes === 0) ticks.push(at);
  }
  return ticks;
}

/** Writes an instant at an axis: the time of day, or the date at midnight. */
export function tickText(instant: number, zone: string | undefined): string {
  const minutes = minuteOfDay(instant, zone);
  if (minutes === 0) return dayName(instant, zone);
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
}
