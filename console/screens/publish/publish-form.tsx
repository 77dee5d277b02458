import type { Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { ActionButton } from '../../parts/action-button.tsx';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import type { Problem } from '../../state/api-client.ts';
import { may } from '../../state/session.ts';
import { AdvancedFields } from './advanced-fields.tsx';
import { BodyField } from './body-field.tsx';
import { draft } from './current-draft.ts';
import { DueField } from './due-field.tsx';
import { FieldErrors } from './field-errors.tsx';
import { AreaField, SelectField, TextField } from './fields.tsx';
import { HeadersField } from './headers-field.tsx';

type Props = { readonly problem: Signal<Problem | undefined>; readonly publish: () => Promise<void> };

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'].map((method) => [method, method] as const);

/** The fields of a new event. What is wrong with a field stands at it, and the first such field gets the focus. */
export function PublishForm({ problem, publish }: Props) {
  const form = useRef<HTMLFormElement>(null);
  const { value } = problem;
  const byDefault = draft.value.bodyKind === 'none' ? 'GET' : 'POST';

  useEffect(() => {
    if (value?.errors !== undefined) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [value]);

  return (
    <FieldErrors.Provider value={value?.errors ?? []}>
      <form ref={form} class="card fields" aria-label="New event" noValidate>
        <div class="method-and-url">
          <SelectField
            name="method"
            label="Method"
            of="method"
            options={[['', `Default (${byDefault})`], ...methods]}
          />
          <TextField name="url_to_send_request" label="URL to call" of="url" input="url" placeholder="https://…" />
        </div>
        <BodyField />
        <HeadersField />
        <AreaField name="event_tags" label="Tags, one a line, to find the event by" of="tags" rows={2} />
        <DueField />
        <AdvancedFields />
        {value && !isOfFields(value) && <ProblemNotice problem={value} />}
        <div class="publish-action">
          <ActionButton scope="publish" kind="primary" run={publish} submits>
            Publish
          </ActionButton>
          <span class="muted" role="status">
            {!may('publish') && (
              <>
                This key may not publish. That needs a key with the scope&nbsp;<code>publish</code>.
              </>
            )}
            {value?.errors && `${value.errors.length === 1 ? 'A field is' : 'Some fields are'} not valid.`}
          </span>
        </div>
      </form>
    </FieldErrors.Provider>
  );
}

/** Whether all of a problem is told at the fields. */
function isOfFields({ errors = [] }: Problem): boolean {
  return errors.length > 0 && errors.every(({ path }) => path !== '');
}
