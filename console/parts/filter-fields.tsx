import { useSignal } from '@preact/signals';
import type { AttemptOutcome } from '../state/api-types.ts';
import { zone, zoneName } from '../state/preferences.ts';
import { type EventFilters, instantIn, type SingleFilter, withFilter, withoutFilter } from '../text/event-filters.ts';
import { outcomeNames } from '../text/outcome.ts';
import { fieldTime, instantOfField } from '../text/time.ts';

type Props = {
  readonly filters: EventFilters;
  readonly choose: (filters: EventFilters) => void;
  readonly disabled?: boolean;
};

/** The fields of all filters but the status. */
export function FilterFields({ filters, choose, disabled = false }: Props) {
  const set = (name: SingleFilter, value: string) =>
    choose(value === '' ? withoutFilter(filters, { name, value }) : withFilter(filters, { name, value }));

  return (
    <fieldset class="filter-fields" disabled={disabled}>
      <TimeField text="Due from" value={filters.due_after} set={(value) => set('due_after', value)} />
      <TimeField text="Due before" value={filters.due_before} set={(value) => set('due_before', value)} />
      <TextField
        text="Host"
        placeholder="api.example.com"
        value={filters.host}
        set={(value) => set('host', value.trim())}
      />
      <label class="field">
        <span class="label">Outcome of the last attempt</span>
        <select value={filters.outcome ?? ''} onChange={(change) => set('outcome', change.currentTarget.value)}>
          <option value="">Any</option>
          {(Object.keys(outcomeNames) as AttemptOutcome[]).map((outcome) => (
            <option key={outcome} value={outcome}>
              {outcomeNames[outcome]}
            </option>
          ))}
        </select>
      </label>
      <TextField
        text="Status code of the answer"
        placeholder="503, or 5xx for all of them"
        value={filters.status_code}
        set={(value) => set('status_code', value.trim().toLowerCase())}
      />
      <TextField
        text="Schedule"
        placeholder="each-minute"
        value={filters.schedule}
        set={(value) => set('schedule', value.trim())}
      />
      <TagsField tags={filters.tag} choose={(tag) => choose({ ...filters, tag })} />
    </fieldset>
  );
}

type FieldProps = {
  readonly text: string;
  readonly value: string | undefined;
  readonly set: (value: string) => void;
};

function TextField({ text, placeholder, value = '', set }: FieldProps & { readonly placeholder: string }) {
  return (
    <label class="field">
      <span class="label">{text}</span>
      <input
        type="text"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        placeholder={placeholder}
        value={value}
        onInput={(input) => set(input.currentTarget.value)}
      />
    </label>
  );
}

/** A field for a date and a time in the zone that the reader chose. */
function TimeField({ text, value = '', set }: FieldProps) {
  const chosenZone = zoneName(zone.value);
  const instant = instantIn(value);

  function change(typed: string): void {
    const chosen = instantOfField(typed, chosenZone);
    set(chosen === undefined ? '' : new Date(chosen).toISOString());
  }

  return (
    <label class="field">
      <span class="label">
        {text}
        {chosenZone !== undefined && ` (${chosenZone})`}
      </span>
      <input
        type="datetime-local"
        step={1}
        value={instant === undefined ? '' : fieldTime(instant, chosenZone)}
        onChange={(changed) => change(changed.currentTarget.value)}
      />
    </label>
  );
}

type TagsProps = { readonly tags: readonly string[]; readonly choose: (tags: readonly string[]) => void };

/** A field for tags, one a line, so that a tag can contain any other character. */
function TagsField({ tags, choose }: TagsProps) {
  const text = useSignal(tags.join('\n'));
  const isSame = linesOf(text.value).join('\n') === tags.join('\n');

  function type(typed: string): void {
    text.value = typed;
    choose(linesOf(typed));
  }

  return (
    <label class="field">
      <span class="label">Tags, one a line</span>
      <textarea
        rows={2}
        spellcheck={false}
        autocapitalize="off"
        value={isSame ? text.value : tags.join('\n')}
        onInput={(input) => type(input.currentTarget.value)}
      />
    </label>
  );
}

function linesOf(text: string): readonly string[] {
  return [...new Set(text.split('\n').map((line) => line.trim()))].filter((line) => line !== '');
}
