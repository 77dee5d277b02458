import { Icon } from '../../parts/icon.tsx';
import { draft, setDraft } from './current-draft.ts';
import type { DraftHeader } from './draft.ts';
import { ErrorList, errorAttributes, useErrorsOf } from './field-errors.tsx';

/** The headers to send, a row for each. */
export function HeadersField() {
  const errors = useErrorsOf('headers');
  const { headers } = draft.value;

  function change(at: number, changed: Partial<DraftHeader>): void {
    setDraft({ headers: headers.map((one, index) => (index === at ? { ...one, ...changed } : one)) });
  }

  return (
    <fieldset class="field headers-field">
      <legend class="label">Headers</legend>
      {headers.map(({ name, value }, at) => (
        <div class="header-row" key={at}>
          <input
            aria-label={`Name of header ${at + 1}`}
            placeholder="x-team"
            value={name}
            spellcheck={false}
            autocomplete="off"
            autocapitalize="off"
            {...(isWrong(name) ? errorAttributes('headers', errors) : {})}
            onInput={(input) => change(at, { name: input.currentTarget.value })}
          />
          <input
            aria-label={`Value of header ${at + 1}`}
            placeholder="billing"
            value={value}
            spellcheck={false}
            autocomplete="off"
            onInput={(input) => change(at, { value: input.currentTarget.value })}
          />
          <button
            type="button"
            class="quiet small"
            onClick={() => setDraft({ headers: headers.filter((_, index) => index !== at) })}
          >
            <Icon name="close" />
            <span class="only-read">Remove header {at + 1}</span>
          </button>
        </div>
      ))}
      <ErrorList name="headers" errors={errors} />
      <button type="button" onClick={() => setDraft({ headers: [...headers, { name: '', value: '' }] })}>
        Add a header
      </button>
    </fieldset>
  );

  /** Whether a row is wrong: one that an error names, or any if an error is of all of them. */
  function isWrong(name: string): boolean {
    return errors.some(({ path }) => path === 'headers' || path === `headers.${name.trim()}`);
  }
}
