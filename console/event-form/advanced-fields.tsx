import type { ComponentChildren } from 'preact';
import { useContext, useEffect, useRef } from 'preact/hooks';
import { useDraft } from './current-draft.ts';
import type { Draft } from './draft.ts';
import { FieldErrors } from './field-errors.tsx';
import { SelectField, TextField } from './fields.tsx';

const backoffs = [
  ['fixed', 'Stays the same'],
  ['exponential', 'Doubles with each try'],
  ['listed', 'Is given for each try'],
] as const;

const names = [
  'timeout_for_request',
  'max_try_count',
  'retry_delay',
  'retry_delays',
  'retry_backoff',
  'retry_max_delay',
  'failure_url',
  'callback_url',
  'deduplication_id',
  'deduplication_window',
  'keep_result_for',
  'keep_failed_for',
];

type Props = {
  /** The fields that only one form has. */
  readonly children?: ComponentChildren;
};

/** The fields that most events leave as they are. They unfold by themselves when one of them is not valid. */
export function AdvancedFields({ children }: Props) {
  const [draft] = useDraft();
  const section = useRef<HTMLDetailsElement>(null);
  const errors = useContext(FieldErrors);
  const isWrong = errors.some(({ path }) => names.includes(path.split('.', 1)[0] ?? ''));

  useEffect(() => {
    if (isWrong && section.current) section.current.open = true;
  }, [isWrong]);

  return (
    <details ref={section} class="advanced">
      <summary>
        Tries, timeouts and how long it is kept
        <span class="note"> {isAnySet(draft) ? 'Some of these fields are set.' : 'All as usual.'}</span>
      </summary>
      <div class="advanced-fields two-fields">
        <TextField name="max_try_count" label="Tries" of="tries" placeholder="3" input="decimal" />
        <TextField
          name="timeout_for_request"
          label="Timeout, in seconds"
          of="timeout"
          placeholder="5"
          input="decimal"
        />
        <DelayFields />
        <TextField
          name="keep_result_for"
          label="Keep the result for, in seconds"
          of="keepResultFor"
          placeholder="86400"
          input="decimal"
        />
        <TextField
          name="keep_failed_for"
          label="Keep it after a failure for, in seconds"
          of="keepFailedFor"
          placeholder="as any result"
          input="decimal"
        />
        <div class="wide">
          <TextField
            name="failure_url"
            label="URL to call if the event fails for good"
            of="failureUrl"
            input="url"
            placeholder="none"
          />
        </div>
        <div class="wide">
          <TextField
            name="callback_url"
            label="URL to call with the result when the event has ended"
            of="callbackUrl"
            input="url"
            placeholder="none"
          />
        </div>
        {children}
      </div>
    </details>
  );
}

function DelayFields() {
  const [{ backoff }] = useDraft();
  return (
    <>
      {backoff === 'listed' ? (
        <TextField name="retry_delays" label="Delays between tries, in seconds" of="delay" placeholder="10, 60, 600" />
      ) : (
        <TextField
          name="retry_delay"
          label="Delay between tries, in seconds"
          of="delay"
          placeholder="60"
          input="decimal"
        />
      )}
      <SelectField name="retry_backoff" label="The delay" of="backoff" options={backoffs} />
      {backoff === 'exponential' && (
        <TextField
          name="retry_max_delay"
          label="Longest delay, in seconds"
          of="maxDelay"
          placeholder="3600"
          input="decimal"
        />
      )}
    </>
  );
}

function isAnySet(draft: Draft): boolean {
  const { timeout, tries, delay, backoff, failureUrl, callbackUrl } = draft;
  const { deduplicationId, deduplicationWindow, keepResultFor, keepFailedFor } = draft;
  const texts = [timeout, tries, delay, failureUrl, callbackUrl];
  texts.push(deduplicationId, deduplicationWindow, keepResultFor, keepFailedFor);
  return backoff !== 'fixed' || texts.some((text) => text !== '');
}
