/** Where a value is kept: until the tab is closed, or in the browser. */
export type Place = 'tab' | 'browser';

/**
 * Reads a value. Undefined if there is none, or if the browser allows no storage; the page then works without what it
 * would remember.
 */
export function readStored(place: Place, name: string): string | undefined {
  try {
    return storageOf(place).getItem(name) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a value, or removes it if it is undefined. Does nothing in a browser that allows no storage. */
export function store(place: Place, name: string, value: string | undefined): void {
  try {
    if (value === undefined) storageOf(place).removeItem(name);
    else storageOf(place).setItem(name, value);
  } catch {
    // The page works without what it would remember.
  }
}

function storageOf(place: Place): Storage {
  return place === 'tab' ? sessionStorage : localStorage;
}
