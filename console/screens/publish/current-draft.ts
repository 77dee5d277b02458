import { signal } from '@preact/signals';
import { type Draft, newDraft } from '../../event-form/draft.ts';
import { pageOptions } from '../../state/page-options.ts';

/** The event in the form. It stays while the reader looks at other screens. */
export const draft = signal<Draft>(newDraft(pageOptions.target ?? ''));
