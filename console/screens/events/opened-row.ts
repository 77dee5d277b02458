/** The key of the event that was opened last from a list. */
let opened: string | undefined;

/** Remembers which event is opened, so that its row gets the focus when the reader comes back to the list. */
export function rememberOpened(key: string): void {
  opened = key;
}

/**
 * Gives the focus to the row of the event that was opened from a list or, if it is not there any more, to the list.
 * Does nothing if something else has the focus. Otherwise a reader would start at the top of the page, because the link
 * that had the focus is gone with its own page.
 */
export function returnFocus(list: HTMLElement | null): void {
  const row = opened === undefined ? null : list?.querySelector<HTMLElement>(`[data-row="${CSS.escape(opened)}"] a`);
  opened = undefined;
  if (document.activeElement !== document.body) return;
  if (row) row.focus();
  else list?.focus({ preventScroll: true });
}
