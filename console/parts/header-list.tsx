import type { Signal } from '@preact/signals';
import { isSecretHeader } from '../text/secret-headers.ts';
import { PlainText } from './plain-text.tsx';

/** A value of more characters can be scrolled, so that what stands below it stays near. */
const LONG = 300;

type Props = {
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Whose headers these are: "request" or "answer". */
  readonly what: string;
  readonly areSecretsShown: Signal<boolean>;
};

/** The headers of a request or an answer. Values that are likely to be secrets are hidden until the reader asks. */
export function HeaderList({ headers, what, areSecretsShown }: Props) {
  const hasSecrets = headers.some(([name]) => isSecretHeader(name));
  return (
    <div class="headers">
      <div class="part-head">
        <h3>Headers</h3>
        {hasSecrets && (
          <button
            type="button"
            class="quiet small"
            aria-pressed={areSecretsShown.value}
            onClick={() => (areSecretsShown.value = !areSecretsShown.value)}
          >
            {areSecretsShown.value ? 'Hide' : 'Show'} secret values
            <span class="only-read"> of the {what}</span>
          </button>
        )}
      </div>
      {headers.length === 0 ? (
        <p class="muted">None.</p>
      ) : (
        <dl>
          {headers.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd {...(value.length > LONG && { class: 'long', tabIndex: 0 })}>
                {isSecretHeader(name) && !areSecretsShown.value ? <HiddenValue /> : <PlainText text={value} />}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

function HiddenValue() {
  return (
    <span class="muted">
      <span aria-hidden="true">••••••••</span>
      <span class="only-read">hidden</span>
    </span>
  );
}
