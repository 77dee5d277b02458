import { signal } from '@preact/signals';

/** The present instant in epoch milliseconds. It advances once a second while the page is visible. */
export const now = signal(Date.now());

setInterval(() => {
  if (document.visibilityState === 'visible') now.value = Date.now();
}, 1_000);
