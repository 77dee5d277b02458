import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Answered, Problem } from '../state/api-client.ts';
import type { Scope } from '../state/api-types.ts';
import { ActionButton } from './action-button.tsx';
import { Dialog } from './dialog.tsx';
import { ProblemNotice } from './problem-notice.tsx';

type Props = {
  readonly title: string;
  /** What will happen, and what cannot be undone. */
  readonly children: ComponentChildren;
  /** The text of the button that does it. */
  readonly action: string;
  readonly kind?: 'primary' | 'danger';
  readonly scope: Scope;
  readonly run: () => Promise<Answered<unknown>>;
  readonly close: () => void;
};

/** Asks once before something that is hard to undo. It stays open with the reason if the queue refuses. */
export function ConfirmDialog({ title, children, action, kind = 'danger', scope, run, close }: Props) {
  const problem = useSignal<Problem | undefined>(undefined);

  async function confirm(): Promise<void> {
    const answered = await run();
    if (answered.ok) close();
    else problem.value = answered.problem;
  }

  return (
    <Dialog title={title} close={close}>
      <div class="fields">
        {children}
        {problem.value && <ProblemNotice problem={problem.value} />}
        <div class="dialog-actions">
          <button type="button" onClick={close}>
            Go back
          </button>
          <ActionButton scope={scope} kind={kind} run={confirm}>
            {action}
          </ActionButton>
        </div>
      </div>
    </Dialog>
  );
}
