import { instantsAfter } from '../../../core/schedules/timing.ts';
import { describeTiming } from '../../../core/schedules/timing-words.ts';
import { useDraft } from '../../event-form/current-draft.ts';
import { NextRuns } from '../../parts/next-runs.tsx';
import { now } from '../../state/clock.ts';
import { draftTiming, type FormContext } from './draft-timing.ts';

const RUNS_SHOWN = 5;
const MINUTE = 60_000;

/** Says in words when the schedule in the form would run, and names its next instants, while one types. */
export function TimingPreview({ context }: { readonly context: FormContext }) {
  const [draft] = useDraft();
  // The instants of an interval are counted from now, and would otherwise move with each second.
  const asOf = Math.floor(now.value / MINUTE) * MINUTE;
  const parsed = draftTiming(draft, context, asOf);
  return (
    <div class="timing-preview">
      {'refused' in parsed ? (
        <p class="refused" role="status">
          {parsed.refused}
        </p>
      ) : (
        <>
          <p role="status">{describeTiming(parsed.timing)}.</p>
          <NextRuns
            runs={instantsAfter(parsed.timing, now.value).take(RUNS_SHOWN).toArray()}
            timeZone={'cron' in parsed.timing ? parsed.timing.timeZone : null}
          />
        </>
      )}
    </div>
  );
}
