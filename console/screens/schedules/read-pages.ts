import type { Answered } from '../../state/api-client.ts';
import type { SchedulePage } from '../../state/api-types.ts';
import { ask } from '../../state/session.ts';

/** Reads the first pages of the list of schedules as one page. */
export async function readPages(count: number, signal: AbortSignal): Promise<Answered<SchedulePage>> {
  let all: SchedulePage = { schedules: [], next_cursor: '' };
  for (let page = 0; page < count && all.next_cursor !== null; page++) {
    const answered = await ask<SchedulePage>('/schedules', { signal, query: { limit: 50, cursor: all.next_cursor } });
    if (!answered.ok) return answered;
    const { schedules, next_cursor } = answered.value;
    all = { schedules: [...all.schedules, ...schedules], next_cursor };
  }
  return { ok: true, value: all };
}
