import { unlimitedConcurrency } from '../../core/delivery/concurrency-limit.ts';
import type { Change } from '../../core/event/change.ts';
import type { Caller, ConcurrencyLimit, DueQueue, EventStore } from '../../core/ports.ts';
import { openQueue } from '../../core/queue.ts';
import { simulatedClock } from '../../verify/shared/simulated-clock.ts';
import { memoryEventStore } from './memory-event-store.ts';
import { quietDependencies } from './quiet-dependencies.ts';
import { answered, answeringRecords } from './sample-event.ts';
import { recordedMessages } from './simulated-time.ts';

export const START = Date.parse('2030-01-01T00:00:00.250Z');

type Scene = {
  readonly store?: EventStore;
  readonly dueQueue?: DueQueue;
  readonly call?: Caller;
  readonly random?: () => number;
  /** How early its timers fire, in milliseconds. */
  readonly earlyBy?: number;
  readonly instance?: string;
  readonly isAlone?: boolean;
  readonly visibility?: number;
  readonly concurrency?: ConcurrencyLimit;
  readonly onChange?: (change: Change) => void;
  readonly report?: (error: unknown) => void;
};

/**
 * A queue on a store in memory, with a clock that the test moves and a due queue whose messages the test hands over.
 */
export function simulation({
  store = memoryEventStore(),
  call = async () => answered(200),
  random = () => 0,
  earlyBy = 0,
  instance = 'one',
  isAlone = false,
  visibility = quietDependencies.visibility,
  concurrency = unlimitedConcurrency,
  onChange = quietDependencies.onChange,
  report = quietDependencies.report,
  dueQueue,
}: Scene = {}) {
  const clock = simulatedClock(START);
  const messages = recordedMessages();
  const calls: { at: number; attempt: number }[] = [];
  let ids = 0;
  const events = openQueue({
    ...quietDependencies,
    store,
    dueQueue: dueQueue ?? messages,
    call: (event, attempt, ...rest) => {
      calls.push({ at: clock.now(), attempt });
      return call(event, attempt, ...rest);
    },
    now: clock.now,
    sleep: (milliseconds) => clock.sleep(Math.max(1, milliseconds - earlyBy)),
    newId: () => `00000000-0000-4000-8000-${String(ids++).padStart(12, '0')}`,
    random,
    instance,
    isAlone,
    visibility,
    concurrency,
    onChange,
    report,
  });

  /** Hands over every message at its instant until there are no more. */
  async function deliverAll(): Promise<void> {
    while (messages.sent.length > 0) {
      const taken = messages.take();
      await clock.moveTo(Math.max(...taken.map(({ at }) => at)));
      await events.deliver(taken);
    }
  }

  return { queue: answeringRecords(events), messages, calls, clock, deliverAll };
}
