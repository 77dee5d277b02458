import type { AttemptAnswer, AttemptOutcome } from '../state/api-types.ts';

/** The names of the outcomes on the page. */
export const outcomeNames: Readonly<Record<AttemptOutcome, string>> = {
  answered: 'Answered',
  timed_out: 'Timed out',
  unreachable: 'Unreachable',
  invalid_answer: 'Invalid answer',
  blocked: 'Blocked',
  crashed: 'Crashed',
};

/** Says how an attempt ended: the status code of its answer, or why there was none. */
export function outcomeText({ outcome, status_code }: AttemptAnswer): string {
  return status_code === null ? outcomeNames[outcome] : String(status_code);
}
