import type { CountAnswer } from '../state/api-types.ts';

const whole = new Intl.NumberFormat('en');
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** Writes a whole number with a comma between thousands. */
export function wholeNumber(number: number): string {
  return whole.format(number);
}

/** Writes a number in little room, such as "1.2K". */
export function compactNumber(number: number): string {
  return compact.format(number);
}

/**
 * Writes a count. A plus says that counting ended before all was counted. Such a number is rounded down, because it
 * would otherwise change with each counting.
 */
export function countText({ count, complete }: CountAnswer): string {
  if (complete) return whole.format(count);
  const step = 10 ** Math.max(0, String(count).length - 2);
  return `${whole.format(count - (count % step))}+`;
}

/** Writes a count with the word for what was counted, such as "1 event" or "At least 1,000 events". */
export function countedEvents({ count, complete }: CountAnswer): string {
  return `${complete ? '' : 'At least '}${counted(count, 'event')}`;
}

/** Writes a number with its noun, such as "1 event" or "1,204 events". */
export function counted(count: number, noun: string): string {
  return `${whole.format(count)} ${noun}${count === 1 ? '' : 's'}`;
}
