import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { useDraft } from './current-draft.ts';
import type { Draft, TextName } from './draft.ts';
import { ErrorList, errorAttributes, useErrorsOf } from './field-errors.tsx';

type FieldProps = {
  /** The name of the field in the API. */
  readonly name: string;
  readonly label: string;
  /** Whether only screen readers hear the label, because a title above the field says the same. */
  readonly isLabelHidden?: boolean;
  /** The part of the draft that the field changes. */
  readonly of: TextName;
};

type TextFieldProps = FieldProps & {
  /** What is typed, so that a phone shows a keyboard for it. */
  readonly input?: 'text' | 'url' | 'decimal';
  readonly placeholder?: string;
};

/** A field for a line of text or a number. */
export function TextField({ of, input = 'text', placeholder = '', ...field }: TextFieldProps) {
  const [draft, change] = useDraft();
  return (
    <Labelled {...field}>
      {(attributes) => (
        <input
          {...attributes}
          type="text"
          inputMode={input}
          placeholder={placeholder}
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          value={draft[of]}
          onInput={(typed) => change({ [of]: typed.currentTarget.value })}
        />
      )}
    </Labelled>
  );
}

/** A field for a text of several lines. */
export function AreaField({ of, rows, ...field }: FieldProps & { readonly rows: number }) {
  const [draft, change] = useDraft();
  return (
    <Labelled {...field}>
      {(attributes) => (
        <textarea
          {...attributes}
          rows={rows}
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          value={draft[of]}
          onInput={(input) => change({ [of]: input.currentTarget.value })}
        />
      )}
    </Labelled>
  );
}

/** A field for a date and a time. */
export function TimeField({ of, ...field }: FieldProps) {
  const [draft, change] = useDraft();
  return (
    <Labelled {...field}>
      {(attributes) => (
        <input
          {...attributes}
          type="datetime-local"
          step={1}
          value={draft[of]}
          onInput={(input) => change({ [of]: input.currentTarget.value })}
        />
      )}
    </Labelled>
  );
}

type SelectFieldProps = FieldProps & { readonly options: readonly (readonly [value: string, text: string])[] };

/** A choice of one among several. */
export function SelectField({ of, options, ...field }: SelectFieldProps) {
  const [draft, change] = useDraft();
  return (
    <Labelled {...field}>
      {(attributes) => (
        <select
          {...attributes}
          value={draft[of]}
          onChange={(chosen) => change({ [of]: chosen.currentTarget.value } as Partial<Draft>)}
        >
          {options.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  );
}

type LabelledProps = Omit<FieldProps, 'of'> & {
  /** Makes the control. The attributes connect it with its label and with what is wrong with it. */
  readonly children: (attributes: { readonly id: string }) => ComponentChildren;
};

function Labelled({ name, label, isLabelHidden = false, children }: LabelledProps) {
  const id = useId();
  const errors = useErrorsOf(name);
  return (
    <div class="field">
      <label class={isLabelHidden ? 'only-read' : 'label'} for={id}>
        {label}
      </label>
      {children({ id, ...errorAttributes(name, errors) })}
      <ErrorList name={name} errors={errors} />
    </div>
  );
}
