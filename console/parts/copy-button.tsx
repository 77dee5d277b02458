import { useSignal } from '@preact/signals';
import { Icon } from './icon.tsx';

const SHOWN_MS = 1_500;

type Props = {
  readonly text: string | (() => string);
  /** What is copied, such as "key" or "curl". */
  readonly what: string;
  /** Whether the button shows only its icon. Its name for screen readers stays. */
  readonly small?: boolean;
};

/** Copies a text and says so for a moment. */
export function CopyButton({ text, what, small = false }: Props) {
  const said = useSignal<'Copied' | 'The browser does not allow it' | undefined>(undefined);

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(typeof text === 'string' ? text : text());
      said.value = 'Copied';
    } catch {
      said.value = 'The browser does not allow it';
    }
    setTimeout(() => (said.value = undefined), SHOWN_MS);
  }

  const label = said.value ?? `Copy ${what}`;
  return (
    <button type="button" class={small ? 'quiet small' : ''} onClick={copy} title={`Copy ${what}`}>
      <Icon name={said.value === 'Copied' ? 'done' : 'copy'} />
      <span class={small ? 'only-read' : ''} aria-live="polite">
        {label}
      </span>
    </button>
  );
}
