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
  readonly children: ComponentChildren;
};

/**
 * A button that changes something in the queue. It takes no second click while the first is under way. It stays
 * focusable when the scope is missing, so that everybody can find out why it does nothing.
 */
export function ActionButton({ scope, run, kind, disabled = false, small = false, title, children }: Props) {
  const isRunning = useSignal(false);
  const allowed = may(scope);

  async function click(): Promise<void> {
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
      type="button"
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
