import type { EventAnswer } from '../state/api-types.ts';
import { statusNames } from './status.ts';

/** Says what has become of a run of a schedule. */
export function runText({ status, ended_because }: Pick<EventAnswer, 'status' | 'ended_because'>): string {
  return ended_because === 'overlapped' ? 'Skipped' : statusNames[status];
}
