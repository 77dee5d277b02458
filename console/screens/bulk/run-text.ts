import type { Problem } from '../../state/api-client.ts';
import type { BulkRun } from '../../state/bulk-run.ts';
import type { BulkAction } from '../../text/bulk-request.ts';
import { counted, wholeNumber } from '../../text/number.ts';
import { lengthOfTime } from '../../text/time.ts';

const SECOND = 1_000;

type Verb = {
  readonly now: string;
  readonly underWay: string;
  readonly done: string;
  readonly consequence: string;
};

export const verbs: Readonly<Record<BulkAction, Verb>> = {
  retry: {
    now: 'Retry',
    underWay: 'Retrying',
    done: 'retried',
    consequence:
      'Their URLs are called again. A finished event gets all its tries again; one that still waits keeps those that are left.',
  },
  cancel: {
    now: 'Cancel',
    underWay: 'Cancelling',
    done: 'cancelled',
    consequence: 'No more attempts start. A cancelled event can be retried as long as it is kept.',
  },
};

/** Says how far a job has got, such as "812 of 1,204 events are retried." */
export function progressText({ job, counted: tally, changed }: BulkRun): string {
  return `${wholeNumber(changed.changed)} of ${counted(tally.changed, 'event')} are ${verbs[job.action].done}.`;
}

/** Says what has come of a job, and what is left to do. */
export function endText(run: BulkRun): string {
  const {
    job,
    counted: tally,
    changed: { changed, cursor, problem },
  } = run;
  const done = `${counted(changed, 'event')} ${changed === 1 ? 'is' : 'are'} ${verbs[job.action].done}.`;
  return [done, callsText(run), cursor === null ? leftText(tally.changed - changed) : restText(problem !== undefined)]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

/** With a rate, the events are called long after they have got their instants. */
function callsText({ job: { rate }, changed: { changed } }: BulkRun): string {
  if (rate === undefined || changed < 2) return '';
  return `They are called one after another, which takes ${lengthOfTime((changed / rate) * SECOND)}.`;
}

function leftText(left: number): string {
  if (left <= 0) return '';
  return `${counted(left, 'event')} had changed meanwhile, and ${left === 1 ? 'was' : 'were'} left alone.`;
}

function restText(hasFailed: boolean): string {
  const rest = hasFailed ? 'The rest is as it was, but for some events of the last request.' : 'The rest is as it was.';
  return `${rest} “Go on” continues where it stopped.`;
}

/** Says of a request without an answer what is true of a job, which does not go on by itself. */
export function problemOfRun(problem: Problem): Problem {
  if (problem.kind !== 'unreachable') return problem;
  const detail =
    'Nothing was received from the queue, so the last request may have been carried out or not. It is safe to go on.';
  return { ...problem, detail };
}
