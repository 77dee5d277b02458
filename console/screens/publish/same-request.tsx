import { useSignal } from '@preact/signals';
import { areSecretsShown } from '../../event-form/current-draft.ts';
import { hasSecrets, withoutSecrets } from '../../event-form/draft.ts';
import { CodeBlock } from '../../parts/code-block.tsx';
import { Segments } from '../../parts/segments.tsx';
import { zone, zoneName } from '../../state/preferences.ts';
import { isGivenKey, key } from '../../state/session.ts';
import { draft } from './current-draft.ts';
import { publishRequest } from './publish-request.ts';
import { requestCode } from './request-code.ts';

const languages = [
  { value: 'curl', text: 'curl' },
  { value: 'typescript', text: 'TypeScript' },
] as const;

/** The request that the form sends, as code to copy. Neither a secret key nor a hidden value is written into it. */
export function SameRequest() {
  const isHiding = hasSecrets(draft.value) && !areSecretsShown.value;
  const request = publishRequest(isHiding ? withoutSecrets(draft.value) : draft.value, zoneName(zone.value));
  const language = useSignal<'curl' | 'typescript'>('curl');
  const { json, mistakes } = request;
  return (
    <section class="card same-request" aria-labelledby="same-request-title">
      <div class="part-head">
        <h2 id="same-request-title">The same request</h2>
        <Segments
          label="Language"
          options={languages}
          chosen={language.value}
          choose={(one) => (language.value = one)}
        />
      </div>
      {mistakes.length === 0 ? (
        <CodeBlock
          text={
            requestCode({ origin: location.origin, key: isGivenKey.value ? key.value : undefined, json })[
              language.value
            ]
          }
          what={`request in ${language.value === 'curl' ? 'curl' : 'TypeScript'}`}
        />
      ) : (
        <p class="muted">
          {mistakes.map(({ path, detail }) => (
            <span key={path}>
              <code>{path}</code>: {detail}{' '}
            </span>
          ))}
        </p>
      )}
      {isHiding && (
        <p class="muted">
          Secret values are left out. To copy them, too, press <strong>Show secret values</strong> at the headers.
        </p>
      )}
      {!isGivenKey.value && (
        <p class="muted">
          The code takes the API key from the variable <code>EVENT_QUEUE_KEY</code>.
        </p>
      )}
    </section>
  );
}
