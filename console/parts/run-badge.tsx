import type { EventAnswer } from '../state/api-types.ts';
import { runText } from '../text/run-text.ts';

/** What has become of a run of a schedule. */
export function RunBadge(run: Pick<EventAnswer, 'status' | 'ended_because'>) {
  return <span class={`badge ${run.status}`}>{runText(run)}</span>;
}
