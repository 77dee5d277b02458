import type { Reminder } from './entry.ts';
import type { QueuedEvent } from './event.ts';
import type { Attempt, Finished } from './progress.ts';

/** A change of an event that was just written to the store. */
export type Change =
  | { readonly kind: 'accepted'; readonly event: QueuedEvent }
  | { readonly kind: 'attempted'; readonly event: QueuedEvent; readonly attempt: Attempt }
  | { readonly kind: 'reminded'; readonly event: QueuedEvent; readonly reminder: Reminder }
  | { readonly kind: 'finished'; readonly event: QueuedEvent; readonly progress: Finished };
