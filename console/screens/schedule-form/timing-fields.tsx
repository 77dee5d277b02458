import { useDraft } from '../../event-form/current-draft.ts';
import { delayUnits } from '../../event-form/draft.ts';
import { SelectField, TextField, TimeField } from '../../event-form/fields.tsx';
import { Segments } from '../../parts/segments.tsx';
import { zone, zoneName } from '../../state/preferences.ts';
import { zones } from '../../text/zones.ts';

const timings = [
  { value: 'cron', text: 'At times (cron)' },
  { value: 'every', text: 'At an interval' },
] as const;

const units = Object.keys(delayUnits).map((unit) => [unit, unit] as const);

const overlaps = [
  ['allow', 'The next one is called all the same'],
  ['skip', 'The next one is skipped'],
] as const;

/** When a schedule runs. */
export function TimingFields() {
  const [{ timing, timeZone }, change] = useDraft();
  const inZone = zoneName(zone.value) ?? 'time of this browser';
  const known = zones.includes(timeZone) ? zones : [timeZone, ...zones];
  return (
    <>
      <div class="part-head">
        <span class="label">When</span>
        <Segments label="When" options={timings} chosen={timing} choose={(one) => change({ timing: one })} />
      </div>
      {timing === 'cron' ? (
        <div class="two-fields">
          <TextField name="cron" label="Cron: minute, hour, day, month, weekday" of="cron" placeholder="0 9 * * 1-5" />
          <SelectField name="time_zone" label="Time zone" of="timeZone" options={known.map((name) => [name, name])} />
        </div>
      ) : (
        <div class="two-fields">
          <TextField name="every" label="Time from one run to the next" of="every" input="decimal" />
          <SelectField name="unit" label="Unit" of="everyUnit" options={units} />
        </div>
      )}
      <div class="two-fields">
        <TimeField name="from" label={`No run before (${inZone})`} of="from" />
        <TimeField name="until" label={`No run after (${inZone})`} of="until" />
        <SelectField name="overlap" label="While a run has not finished" of="overlap" options={overlaps} />
        <TextField
          name="catch_up"
          label="Missed runs to make up for, the latest"
          of="catchUp"
          placeholder="1"
          input="decimal"
        />
      </div>
    </>
  );
}
