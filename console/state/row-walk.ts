import { useEffect } from 'preact/hooks';
import { tinykeys } from 'tinykeys';
import { whileNotTyping } from './keyboard.ts';

/** Lets the keys `j` and `k` walk over the rows of a list. A row has the attribute `data-row`; its link gets the focus. */
export function useRowWalk(): void {
  useEffect(() => tinykeys(window, whileNotTyping({ j: () => focusRow(1), k: () => focusRow(-1) })), []);
}

/** Returns the value of `data-row` of the row that has the focus. */
export function focusedRow(): string | undefined {
  return rowWithFocus()?.dataset.row;
}

function rowWithFocus(): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>('[data-row]') ?? null;
}

/** Moves the focus by some rows. Without a focused row, it goes to the first one. */
function focusRow(step: number): void {
  const all = [...document.querySelectorAll<HTMLElement>('[data-row]')];
  const focused = rowWithFocus();
  const at = focused === null ? 0 : all.indexOf(focused) + step;
  all[Math.max(0, Math.min(all.length - 1, at))]?.querySelector('a')?.focus();
}
