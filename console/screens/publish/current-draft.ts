import { signal } from '@preact/signals';
import { pageOptions } from '../../state/page-options.ts';
import { type Draft, newDraft } from './draft.ts';

/** The event in the form. It stays while the reader looks at other screens. */
export const draft = signal<Draft>(newDraft(pageOptions.target ?? ''));

/** Whether the values of headers that are likely to be secrets are shown, in the form and in the code. */
export const areSecretsShown = signal(false);

export function setDraft(changed: Partial<Draft>): void {
  draft.value = { ...draft.value, ...changed };
}
