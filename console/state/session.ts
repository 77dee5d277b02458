import { computed, signal } from '@preact/signals';
import { type Answered, type Asked, askApi, type Problem } from './api-client.ts';
import type { KeyAnswer, Scope } from './api-types.ts';
import { readStored, store } from './browser-storage.ts';
import { pageOptions } from './page-options.ts';

const STORED = 'event-queue:key';

/** The API key that all requests carry; empty if there is none. */
export const key = signal(readStored('tab', STORED) ?? pageOptions.key ?? readStored('browser', STORED) ?? '');
/** Whether the page was given its key by the server, because everybody on this machine knows it. */
export const isGivenKey = computed(() => key.value === pageOptions.key);

type Access =
  | { readonly state: 'unknown' }
  | { readonly state: 'refused'; readonly problem: Problem }
  | ({ readonly state: 'granted' } & KeyAnswer);

/** What the key in hand may do. */
export const access = signal<Access>({ state: 'unknown' });
/** Whether the last request got no answer at all. */
export const isOffline = signal(false);

/** Whether the key in hand has a scope. While that is not known, everything is offered. */
export function may(scope: Scope): boolean {
  const { value } = access;
  return value.state !== 'granted' || value.scopes.includes(scope);
}

/** Whether a request will be refused as long as the key in hand is the same. */
export function isLasting({ kind }: Problem): boolean {
  return kind === 'forbidden';
}

/** Sends a request with the key in hand, and notes whether the key was refused and whether the queue answers. */
export async function ask<T>(path: string, asked: Asked = {}): Promise<Answered<T>> {
  const used = key.peek();
  const answered = await askApi<T>(used, path, asked);
  if (asked.signal?.aborted === true || used !== key.peek()) return answered;
  isOffline.value = !answered.ok && answered.problem.kind === 'unreachable';
  if (!answered.ok && answered.problem.kind === 'unauthorized') {
    access.value = { state: 'refused', problem: answered.problem };
  }
  return answered;
}

/** Asks what the key in hand may do. */
export async function readAccess(): Promise<void> {
  const used = key.peek();
  const answered = await ask<KeyAnswer>('/keys/self');
  if (answered.ok && used === key.peek()) access.value = { state: 'granted', ...answered.value };
}

/** Uses another key from now on. It is kept until the tab is closed or, if the reader asks for it, in this browser. */
export function useKey(given: string, keepInBrowser: boolean): Promise<void> {
  removeStored();
  store(keepInBrowser ? 'browser' : 'tab', STORED, given);
  return changeKey(given);
}

/** Forgets the key, here and in the storage of the browser, and uses the one that the server gives, if there is one. */
export function forgetKey(): Promise<void> {
  removeStored();
  return changeKey(pageOptions.key ?? '');
}

function removeStored(): void {
  store('tab', STORED, undefined);
  store('browser', STORED, undefined);
}

async function changeKey(next: string): Promise<void> {
  key.value = next;
  access.value = { state: 'unknown' };
  if (next !== '') await readAccess();
}
