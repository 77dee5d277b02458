import { useSignal } from '@preact/signals';
import { zone, zoneName } from '../state/preferences.ts';
import { dayAndTime } from '../text/time.ts';
import { zoneChoices } from '../text/zone-choices.ts';
import { RelativeInstant } from './instant.tsx';
import { Segments } from './segments.tsx';

type Props = {
  /** The instants, as ISO 8601 texts or in epoch milliseconds. */
  readonly runs: readonly (string | number)[];
  /** The time zone of the schedule; null if it has none. */
  readonly timeZone: string | null;
};

/** The next instants of a schedule, in its own time zone, in the reader's or in UTC. */
export function NextRuns({ runs, timeZone }: Props) {
  const chosen = useSignal('');
  const choices = zoneChoices(timeZone, zoneName(zone.value));
  const shown = choices.find(({ value }) => value === chosen.value) ?? choices[0];
  if (shown === undefined) return null;
  return (
    <>
      {choices.length > 1 && (
        <Segments
          label="Time zone of the next runs"
          options={choices}
          chosen={shown.value}
          choose={(name) => (chosen.value = name)}
        />
      )}
      <ol class="next-runs">
        {runs.map((at) => (
          <li key={at}>
            <span>{dayAndTime(new Date(at).getTime(), shown.value)}</span>
            <span class="muted">
              <RelativeInstant at={at} />
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}
