import type { EventAnswer } from '../state/api-types.ts';
import { lengthOfTime } from './time.ts';

type Delays = Pick<EventAnswer, 'retry_delay' | 'retry_delays' | 'retry_backoff' | 'retry_max_delay'>;

/** Says how long an event waits between its tries. */
export function delaysText({ retry_delay, retry_delays, retry_backoff, retry_max_delay }: Delays): string {
  if (retry_delays !== null) return listText(retry_delays.map(seconds));
  const delay = seconds(retry_delay ?? 0);
  return retry_backoff === 'fixed' ? delay : `${delay}, doubled with each try up to ${seconds(retry_max_delay)}`;
}

function listText(delays: readonly string[]): string {
  const [last, ...others] = delays.toReversed();
  return others.length === 0 ? `${last}` : `${others.reverse().join(', ')}, then ${last} each time`;
}

function seconds(count: number): string {
  return lengthOfTime(count * 1_000);
}
