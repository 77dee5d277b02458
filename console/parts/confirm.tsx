import type { ComponentChildren } from 'preact';
import type { Scope } from '../state/api-types.ts';
import { ActionButton } from './action-button.tsx';
import { Dialog } from './dialog.tsx';

type Props = {
  readonly title: string;
  /** What the button that confirms says, such as "Cancel 3 events". */
  readonly action: string;
  /** What the button that leaves everything as it is says. */
  readonly refusal: string;
  readonly kind: 'primary' | 'danger';
  readonly scope: Scope;
  readonly run: () => unknown;
  readonly close: () => void;
  readonly children: ComponentChildren;
};

/** Asks once before something is changed. The dialog closes when the change is made. */
export function Confirm({ title, action, refusal, kind, scope, run, close, children }: Props) {
  async function confirm(): Promise<void> {
    await run();
    close();
  }

  return (
    <Dialog title={title} close={close}>
      <div class="fields">
        {children}
        <div class="dialog-actions">
          <button type="button" onClick={close}>
            {refusal}
          </button>
          <ActionButton scope={scope} kind={kind} run={confirm}>
            {action}
          </ActionButton>
        </div>
      </div>
    </Dialog>
  );
}
