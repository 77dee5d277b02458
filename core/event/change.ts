import type { Reminder } from './entry.ts';
import type { QueuedEvent } from './event.ts';
import type { Attempt, Finished } from './progress.ts';

/** What has just happened to an event, as the store has it now. */
export type Change =
  | { readonly kind: 'accepted'; readonly event: QueuedEvent }
  | { readonly kind: 'attempted'; readonly event: QueuedEvent; readonly attempt: Attempt }
  | { readonly kind: 'reminded'; readonly event: QueuedEvent; readonly reminder: Reminder }
  | { readonly kind: 'finished'; readonly event: QueuedEvent; readonly progress: Finished };
