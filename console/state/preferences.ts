import { effect, type Signal, signal } from '@preact/signals';
import { readStored, store } from './browser-storage.ts';

export type Theme = 'system' | 'light' | 'dark';

/** The colours of the page: those of the system, or the reader's choice. */
export const theme = stored<Theme>('event-queue:theme', 'system', (text) => text === 'light' || text === 'dark');
/** The time zone of all instants, axes and filters: `local`, or an IANA name such as `UTC` or `Europe/Berlin`. */
export const zone = stored<string>('event-queue:zone', 'local', isZone);
/** Whether the page asks for new data by itself. */
export const live = signal(true);

effect(() => {
  const chosen = theme.value;
  if (chosen === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
});

/** Returns the IANA name of a zone; undefined stands for the zone of the browser. */
export function zoneName(chosen: string): string | undefined {
  return chosen === 'local' ? undefined : chosen;
}

/** Whether the browser knows a time zone by this name. */
function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** A signal whose value survives a reload. A stored value that is not valid any more gives way to the default. */
function stored<T extends string>(name: string, initial: T, isValid: (text: string) => boolean): Signal<T> {
  const text = readStored('browser', name);
  const value = signal<T>(text !== undefined && isValid(text) ? (text as T) : initial);
  value.subscribe((chosen) => {
    store('browser', name, chosen === initial ? undefined : chosen);
  });
  return value;
}
