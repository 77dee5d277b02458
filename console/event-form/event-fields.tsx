import { BodyField } from './body-field.tsx';
import { useDraft } from './current-draft.ts';
import { AreaField, SelectField, TextField } from './fields.tsx';
import { HeadersField } from './headers-field.tsx';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'].map((method) => [method, method] as const);

/** What is called: the URL, the method, the body, the headers, and the tags of the event. */
export function EventFields() {
  const [{ bodyKind }] = useDraft();
  return (
    <>
      <div class="method-and-url">
        <SelectField
          name="method"
          label="Method"
          of="method"
          options={[['', `Default (${bodyKind === 'none' ? 'GET' : 'POST'})`], ...methods]}
        />
        <TextField name="url_to_send_request" label="URL to call" of="url" input="url" placeholder="https://…" />
      </div>
      <BodyField />
      <HeadersField />
      <AreaField name="event_tags" label="Tags, one a line, to find the event by" of="tags" rows={2} />
    </>
  );
}
