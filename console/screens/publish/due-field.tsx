import { useDraft } from '../../event-form/current-draft.ts';
import { type Draft, delayUnits } from '../../event-form/draft.ts';
import { SelectField, TextField, TimeField } from '../../event-form/fields.tsx';
import { Segments } from '../../parts/segments.tsx';
import { now } from '../../state/clock.ts';
import { zone, zoneName } from '../../state/preferences.ts';
import { fieldTime } from '../../text/time.ts';

const times = [
  { value: 'now', text: 'Now' },
  { value: 'after', text: 'In …' },
  { value: 'at', text: 'At …' },
] as const;

const units = Object.keys(delayUnits).map((unit) => [unit, unit] as const);

/** When the URL is called: now, after a while, or at a time in the zone that the reader chose. */
export function DueField() {
  const [{ when, at }, change] = useDraft();
  const chosenZone = zoneName(zone.value);

  function choose(chosen: Draft['when']): void {
    const isEmpty = chosen === 'at' && at === '';
    change({ when: chosen, ...(isEmpty && { at: fieldTime(now.value + 60_000, chosenZone) }) });
  }

  return (
    <div class="field due-field">
      <div class="part-head">
        <span class="label">When</span>
        <Segments label="When" options={times} chosen={when} choose={choose} />
      </div>
      {when === 'after' && (
        <div class="delay">
          <TextField name="call_url_after" label="Time until the call" of="after" input="decimal" />
          <SelectField name="unit" label="Unit" of="afterUnit" options={units} />
        </div>
      )}
      {when === 'at' && (
        <TimeField name="call_url_at" label={`Date and time (${chosenZone ?? 'time of this browser'})`} of="at" />
      )}
    </div>
  );
}
