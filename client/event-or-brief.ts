import type { BriefEvent, QueueEvent } from './api-types.ts';

/**
 * An event as the queue answers it to a change. For an API key without the scope `read`, and for an event that was
 * published before, it may have the fields of `BriefEvent` alone.
 */
export interface EventOrBrief extends BriefEvent, Partial<Omit<QueueEvent, keyof BriefEvent>> {
  /** True if bodies and attempts did not fit into the answer to a batch. Then read the event by its key. */
  readonly answer_omitted?: true;
}
