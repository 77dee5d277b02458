import type { AttemptAnswer, AttemptOutcome } from '../../state/api-types.ts';

/** Attempts that were made and are not kept, from one number to another. */
export type LeftOut = { readonly from: number; readonly to: number };

/** The attempts that are kept at each end of a long history. */
const KEPT_AT_EACH_END = 10;

/** The attempts of an event, the newest first, with a gap where some are left out. */
export function timelineOf(attempts: readonly AttemptAnswer[]): readonly (AttemptAnswer | LeftOut)[] {
  const newestFirst = [...attempts].reverse();
  const older = attempts[KEPT_AT_EACH_END - 1];
  const newer = attempts[KEPT_AT_EACH_END];
  if (attempts.length < 2 * KEPT_AT_EACH_END || older === undefined || newer === undefined) return newestFirst;
  if (newer.number - older.number <= 1) return newestFirst;
  const gap = { from: older.number + 1, to: newer.number - 1 };
  return newestFirst.toSpliced(attempts.length - KEPT_AT_EACH_END, 0, gap as AttemptAnswer & LeftOut);
}

/** Names an attempt and how it ended, such as "Attempt 3: answered 503". */
export function attemptTitle({ number, outcome, status_code }: AttemptAnswer): string {
  return `Attempt ${number}: ${outcome === 'answered' ? `answered ${status_code}` : endings[outcome]}`;
}

const endings: Readonly<Record<Exclude<AttemptOutcome, 'answered'>, string>> = {
  timed_out: 'timed out',
  unreachable: 'unreachable',
  invalid_answer: 'invalid answer',
  blocked: 'blocked',
  crashed: 'deliverer died',
};
