import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Scope } from '../state/api-types.ts';
import { may } from '../state/session.ts';

type Props = {
  /** The scope that the key in hand must have. Without it the button is greyed and names the scope. */
  readonly scope: Scope;
  readonly run: () => unknown;
  readonly kind?: 'primary' | 'danger';
  readonly disabled?: boolean;
  /** Whether the button shows only an icon, so that its title must say what it does. */
  readonly small?: boolean;
  readonly title?: string | undefined;
  /** Whether Enter in a field of the form presses this button. */
  readonly submits?: boolean;
  readonly children: ComponentChildren;
};

/**
 * A button that changes something in the queue. It takes no second click while the first is under way. It stays
 * focusable when the scope is missing, so that everybody can find out why it does nothing.
 */
export function ActionButton(props: Props) {
  const { scope, run, kind, disabled = false, small = false, title, submits = false, children } = props;
  const isRunning = useSignal(false);
  const allowed = may(scope);

  async function click(clicked: MouseEvent): Promise<void> {
    clicked.preventDefault();
    if (!allowed || disabled || isRunning.value) return;
    isRunning.value = true;
    try {
      await run();
    } finally {
      isRunning.value = false;
    }
  }

  return (
    <button
      type={submits ? 'submit' : 'button'}
      class={[kind, small && 'quiet small'].filter(Boolean).join(' ')}
      aria-disabled={!allowed || disabled}
      aria-busy={isRunning.value}
      title={allowed ? title : `This needs a key with the scope ${scope}.`}
      onClick={click}
    >
      {children}
    </button>
  );
}
