import { type Signal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { type Draft, newDraft } from './draft.ts';

/** The draft that the fields of a form show and change. */
export const CurrentDraft = createContext<Signal<Draft>>(signal(newDraft('')));

/** Returns the draft of the form, and a function that changes some of its parts. */
export function useDraft(): readonly [draft: Draft, change: (changed: Partial<Draft>) => void] {
  const current = useContext(CurrentDraft);
  return [current.value, (changed) => (current.value = { ...current.peek(), ...changed })];
}

/** Whether the values of headers that are likely to be secrets are shown, in the forms and in the code. */
export const areSecretsShown = signal(false);
