import { Icon } from '../parts/icon.tsx';
import { isSecretHeader } from '../text/secret-headers.ts';
import { areSecretsShown, useDraft } from './current-draft.ts';
import { type DraftHeader, hasSecrets } from './draft.ts';
import { ErrorList, errorAttributes, useErrorsOf } from './field-errors.tsx';

/** The headers to send, a row for each. */
export function HeadersField() {
  const errors = useErrorsOf('headers');
  const [draft, changeDraft] = useDraft();
  const { headers } = draft;

  function change(at: number, changed: Partial<DraftHeader>): void {
    changeDraft({ headers: headers.map((one, index) => (index === at ? { ...one, ...changed } : one)) });
  }

  return (
    <fieldset class="field headers-field">
      <legend class="label">Headers</legend>
      {hasSecrets(draft) && (
        <button
          type="button"
          class="quiet small"
          aria-pressed={areSecretsShown.value}
          onClick={() => (areSecretsShown.value = !areSecretsShown.value)}
        >
          {areSecretsShown.value ? 'Hide' : 'Show'} secret values
        </button>
      )}
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
          <ValueInput
            label={`Value of header ${at + 1}`}
            value={value}
            isHidden={isSecretHeader(name.trim()) && !areSecretsShown.value}
            type={(typed) => change(at, { value: typed })}
          />
          <button
            type="button"
            class="quiet small"
            onClick={() => changeDraft({ headers: headers.filter((_, index) => index !== at) })}
          >
            <Icon name="close" />
            <span class="only-read">Remove header {at + 1}</span>
          </button>
        </div>
      ))}
      <ErrorList name="headers" errors={errors} />
      <button type="button" onClick={() => changeDraft({ headers: [...headers, { name: '', value: '' }] })}>
        Add a header
      </button>
    </fieldset>
  );

  /** Whether a row is wrong: one that an error names, or any if an error is of all of them. */
  function isWrong(name: string): boolean {
    return errors.some(({ path }) => path === 'headers' || path === `headers.${name.trim()}`);
  }
}

type ValueInputProps = {
  readonly label: string;
  readonly value: string;
  readonly isHidden: boolean;
  readonly type: (value: string) => void;
};

function ValueInput({ label, value, isHidden, type }: ValueInputProps) {
  const shared = {
    'aria-label': label,
    placeholder: 'billing',
    value,
    spellcheck: false,
    onInput: (input: InputEvent) => type((input.currentTarget as HTMLInputElement).value),
  };
  if (isHidden) return <input {...shared} type="password" autocomplete="new-password" />;
  return <input {...shared} type="text" autocomplete="off" />;
}
