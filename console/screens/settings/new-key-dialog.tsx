import { useSignal } from '@preact/signals';
import { ActionButton } from '../../parts/action-button.tsx';
import { CodeBlock } from '../../parts/code-block.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import type { Problem } from '../../state/api-client.ts';
import type { CreatedKeyAnswer, Scope } from '../../state/api-types.ts';
import { ask } from '../../state/session.ts';

const meanings: Readonly<Record<Scope, string>> = {
  publish: 'Publish events',
  read: 'Read events, find them and see the statistics',
  manage: 'Cancel and retry events, pause the queue',
  admin: 'Manage API keys and the signing secret',
};

type Props = { readonly close: () => void; readonly created: () => void };

/** Makes an API key, and shows its secret this once. */
export function NewKeyDialog({ close, created }: Props) {
  const label = useSignal('');
  const chosen = useSignal<readonly Scope[]>(['publish']);
  const made = useSignal<CreatedKeyAnswer | undefined>(undefined);
  const problem = useSignal<Problem | undefined>(undefined);

  async function create(): Promise<void> {
    const body = { label: label.value.trim(), scopes: chosen.value };
    const answered = await ask<CreatedKeyAnswer>('/keys', { method: 'POST', body });
    if (!answered.ok) {
      problem.value = answered.problem;
      return;
    }
    made.value = answered.value;
    created();
  }

  function choose(scope: Scope, isChosen: boolean): void {
    chosen.value = isChosen ? [...chosen.value, scope] : chosen.value.filter((one) => one !== scope);
  }

  if (made.value) {
    return (
      <Dialog title={`The key ${made.value.label}`} close={close}>
        <div class="fields">
          <p>
            Copy the key now. <strong>It is not shown again.</strong> A program sends it in the header{' '}
            <code>x-api-key</code>.
          </p>
          <CodeBlock text={made.value.secret} what="key" />
          <div class="dialog-actions">
            <button type="button" class="primary" onClick={close}>
              I have copied it
            </button>
          </div>
        </div>
      </Dialog>
    );
  }

  return (
    <Dialog title="New API key" close={close}>
      <form
        class="fields"
        onSubmit={(submitted) => {
          submitted.preventDefault();
          void create();
        }}
      >
        <label class="field">
          <span class="label">Whose key it is</span>
          <input value={label.value} placeholder="web" onInput={(input) => (label.value = input.currentTarget.value)} />
        </label>
        <fieldset class="scopes-field">
          <legend class="label">What it may do</legend>
          {Object.entries(meanings).map(([scope, meaning]) => (
            <label key={scope} class="check">
              <input
                type="checkbox"
                checked={chosen.value.includes(scope as Scope)}
                onChange={(change) => choose(scope as Scope, change.currentTarget.checked)}
              />
              <span>
                <code>{scope}</code> <span class="muted">{meaning}</span>
              </span>
            </label>
          ))}
        </fieldset>
        {problem.value && <ProblemNotice problem={problem.value} />}
        <div class="dialog-actions">
          <button type="button" onClick={close}>
            Go back
          </button>
          <ActionButton scope="admin" kind="primary" run={create}>
            Make the key
          </ActionButton>
        </div>
      </form>
    </Dialog>
  );
}
