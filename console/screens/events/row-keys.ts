import { useEffect } from 'preact/hooks';
import { tinykeys } from 'tinykeys';
import { whileNotTyping } from '../../state/keyboard.ts';

export type RowActions = {
  readonly select: (key: string) => void;
  readonly retry: (key: string) => void;
  readonly cancel: (key: string) => void;
};

/**
 * Lets the keyboard walk over the rows and act on the one that has the focus. A row is an element with its event's key
 * in `data-event`, and its link gets the focus.
 */
export function useRowKeys({ select, retry, cancel }: RowActions): void {
  useEffect(
    () =>
      tinykeys(
        window,
        whileNotTyping({
          j: () => focusRow(1),
          k: () => focusRow(-1),
          x: () => onFocused(select),
          r: () => onFocused(retry),
          c: () => onFocused(cancel),
        }),
      ),
    [select, retry, cancel],
  );
}

function rows(): readonly HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('[data-event]')];
}

function focusedRow(): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>('[data-event]') ?? null;
}

/** Moves the focus by some rows. Without a focused row, it goes to the first one. */
function focusRow(step: number): void {
  const all = rows();
  const focused = focusedRow();
  const at = focused === null ? 0 : all.indexOf(focused) + step;
  all[Math.max(0, Math.min(all.length - 1, at))]?.querySelector('a')?.focus();
}

function onFocused(act: (key: string) => void): void {
  const key = focusedRow()?.dataset.event;
  if (key !== undefined) act(key);
}
