import { now } from '../state/clock.ts';
import { zone, zoneName } from '../state/preferences.ts';
import { clockTime, exactTime, relativeTime } from '../text/time.ts';

type Props = {
  /** An ISO 8601 text or epoch milliseconds. */
  readonly at: string | number;
};

/** An instant relative to now. Its exact time in the chosen zone is shown when a pointer rests on it. */
export function RelativeInstant({ at }: Props) {
  const instant = new Date(at);
  return (
    <time dateTime={instant.toISOString()} title={exactTime(instant.getTime(), zoneName(zone.value))}>
      {relativeTime(instant.getTime(), now.value)}
    </time>
  );
}

/** The time of day of an instant in the chosen zone, with its date if that is not today. */
export function ClockInstant({ at }: Props) {
  const instant = new Date(at);
  const inZone = zoneName(zone.value);
  return (
    <time dateTime={instant.toISOString()} title={exactTime(instant.getTime(), inZone)}>
      {clockTime(instant.getTime(), now.peek(), inZone)}
    </time>
  );
}

/** An instant to the millisecond in the chosen zone. */
export function ExactInstant({ at }: Props) {
  const instant = new Date(at);
  return (
    <time dateTime={instant.toISOString()} class="exact">
      {exactTime(instant.getTime(), zoneName(zone.value))}
    </time>
  );
}
