import { Segments } from '../parts/segments.tsx';
import { jsonMistake } from '../text/json-text.ts';
import { useDraft } from './current-draft.ts';
import { useErrorsOf } from './field-errors.tsx';
import { AreaField } from './fields.tsx';

const kinds = [
  { value: 'json', text: 'JSON' },
  { value: 'text', text: 'Text' },
  { value: 'base64', text: 'Bytes' },
  { value: 'none', text: 'None' },
] as const;

const labels = {
  json: 'JSON to send',
  text: 'Text to send',
  base64: 'Bytes to send, in base64',
} as const;

/** The body and its kind. JSON is checked while one types. */
export function BodyField() {
  const [{ bodyKind, body }, change] = useDraft();
  const mistake = bodyKind === 'json' ? jsonMistake(body) : undefined;
  const hasError = useErrorsOf('body').length > 0;
  return (
    <div class="field body-field">
      <div class="part-head">
        <span class="label">Body</span>
        <Segments
          label="Kind of the body"
          options={kinds}
          chosen={bodyKind}
          choose={(one) => change({ bodyKind: one })}
        />
      </div>
      {bodyKind !== 'none' && (
        <AreaField
          name={bodyKind === 'base64' ? 'body_base64' : 'body'}
          label={labels[bodyKind]}
          isLabelHidden
          of="body"
          rows={6}
        />
      )}
      {bodyKind === 'json' && !hasError && (
        <p class="json-check" role="status">
          {mistake ?? 'This is JSON.'}
        </p>
      )}
    </div>
  );
}
