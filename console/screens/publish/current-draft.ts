import { signal } from '@preact/signals';
import { pageOptions } from '../../state/page-options.ts';
import { type Draft, newDraft } from './draft.ts';

/** The event in the form. It stays while the reader looks at other screens. */
export const draft = signal<Draft>(newDraft(pageOptions.target ?? ''));

export function setDraft(changed: Partial<Draft>): void {
  draft.value = { ...draft.value, ...changed };
}
