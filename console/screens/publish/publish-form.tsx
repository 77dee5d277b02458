import { AdvancedFields } from '../../event-form/advanced-fields.tsx';
import { DraftForm } from '../../event-form/draft-form.tsx';
import { EventFields } from '../../event-form/event-fields.tsx';
import { TextField } from '../../event-form/fields.tsx';
import type { Problem } from '../../state/api-client.ts';
import { draft } from './current-draft.ts';
import { DueField } from './due-field.tsx';

type Props = { readonly problem: Problem | undefined; readonly publish: () => Promise<void> };

/** The fields of a new event. */
export function PublishForm({ problem, publish }: Props) {
  return (
    <DraftForm label="New event" draft={draft} problem={problem} action="Publish" scope="publish" send={publish}>
      <EventFields />
      <DueField />
      <AdvancedFields>
        <div class="wide">
          <TextField
            name="deduplication_id"
            label="Deduplication id: the same id with the same request adds no second event"
            of="deduplicationId"
            placeholder="none"
          />
        </div>
        <TextField
          name="deduplication_window"
          label="The id is known for, in seconds"
          of="deduplicationWindow"
          placeholder="86400"
          input="decimal"
        />
      </AdvancedFields>
    </DraftForm>
  );
}
