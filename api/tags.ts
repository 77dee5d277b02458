/**
 * The groups of operations in the documentation, in their order. Only clients of the original queue need the last one.
 */
export const tags = {
  Publish: 'Hand events to the queue: each has a URL, which is called when the event is due.',
  Find: 'Read an event and what has happened to it, find events, and count those that wait.',
  Change: 'Cancel events and try them again, one by one or many at once.',
  Schedules: 'Publish an event again and again, by a cron expression or at an interval.',
  Operate: 'See how the queue is doing, and what its API offers.',
  Keys: 'API keys and what they allow.',
  Receive: 'For receivers of calls: the secret that shows that a call comes from this queue.',
  'Original paths':
    "For the original queue's clients: the same operations under the paths and parameters that the original has.",
} as const;

export type Tag = keyof typeof tags;

export const ORIGINAL_PATHS = 'Original paths' satisfies Tag;
