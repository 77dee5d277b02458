import { MINUTE, SECOND } from '../../core/durations.ts';
import type { QueuedEvent } from '../../core/event/event.ts';
import type { Message } from '../../core/event/message.ts';
import { isPaused, type Pause } from '../../core/event/pause.ts';
import type { CallResult } from '../../core/event/progress.ts';
import type { DueQueue, EventStore, Pauses } from '../../core/ports.ts';
import { openQueue } from '../../core/queue.ts';
import type { ScheduleStore } from '../../core/schedules/schedule-store.ts';
import { pausesInMemory } from '../../verify/shared/pauses-in-memory.ts';
import { rest, simulatedClock } from '../../verify/shared/simulated-clock.ts';
import { memoryEventStore } from './memory-event-store.ts';
import { memorySchedules } from './memory-schedules.ts';
import { quietDependencies } from './quiet-dependencies.ts';
import { answered, answeringRecords } from './sample-event.ts';
import { simulatedDueQueue } from './simulated-due-queue.ts';
import { START } from './simulation.ts';

const REMEMBERED_FOR = 5 * SECOND;

/**
 * What goes wrong with one call to the store or the due queue: it fails, it is carried out and fails, or the process
 * dies before or after it.
 */
export type Fault = 'fails' | 'is done and fails' | 'dies before' | 'dies after';
export type Operation = keyof EventStore | keyof ScheduleStore | keyof DueQueue | keyof Pauses;

type Scene = {
  readonly store?: EventStore;
  /** The result of a call. It is asked for when the call starts. */
  readonly answer?: (event: QueuedEvent, attempt: number, triesLeft: number) => CallResult;
  /** How long a receiver takes to answer, in milliseconds. */
  readonly answerAfter?: number;
  readonly shards?: number;
  readonly longestTimeout?: number;
  readonly visibility?: number;
  /** How many deliverers work at once. Each takes up to ten messages. */
  readonly deliverers?: number;
  /** Whether the due queue loses a message. */
  readonly loses?: (message: Message) => boolean;
  /** Whether the dispatcher runs in a minute, or how many runs of it start at once. Minutes count from 0. */
  readonly dispatches?: (minute: number) => boolean | number;
  /** Returns the fault of a call. It is asked before every call to the store and the due queue. */
  readonly fault?: (operation: Operation, args: readonly unknown[]) => Fault | undefined;
};

/** A call, with the instant at which it started by the clocks of the processes, and by a clock that never jumps. */
export type SimulatedCall = {
  readonly uuid: string;
  readonly attempt: number;
  readonly at: number;
  readonly trulyAt: number;
  readonly requests?: 2;
};

type Process = {
  readonly queue: ReturnType<typeof answeringRecords>;
  readonly isDead: () => boolean;
  kill(): void;
  underWay: number;
};

/**
 * The whole queue on a clock that the test moves: the dispatcher runs every minute, and messages are handed over at
 * their time. A process that dies does nothing more, whatever it was doing, and another one takes its place.
 */
export function simulatedCloud(scene: Scene = {}) {
  const { store = memoryEventStore(), answer = () => answered(200), loses = () => false } = scene;
  const { answerAfter = 0, dispatches = () => true, fault = () => undefined } = scene;
  const { shards = 4, longestTimeout = 6 * SECOND, visibility = MINUTE, deliverers = Number.POSITIVE_INFINITY } = scene;
  const clock = simulatedClock(START, 1);
  const dueQueue = simulatedDueQueue({ now: clock.now, sendersNow: now, visibility, loses });
  const pauses = pausesInMemory();
  const schedules = memorySchedules();
  const calls: SimulatedCall[] = [];
  let skew = 0;
  let pretended = 0;
  let ids = 0;
  let isAlone = false;
  let current = startProcess();

  function startProcess(ofShards = shards, over: Partial<EventStore> = {}): Process {
    let dead = false;
    const mortal: Wrap =
      (operation, act) =>
      (...args) => {
        if (dead) return never();
        const what = fault(operation, args);
        dead ||= what === 'dies before';
        if (dead) return never();
        if (what === 'fails') return Promise.reject(new Error('It failed.'));
        return act(...args).then((result) => {
          dead ||= what === 'dies after';
          if (dead) return never();
          if (what === 'is done and fails') throw new Error('It was done, and failed.');
          return result;
        });
      };
    const queue = answeringRecords(
      openQueue({
        ...quietDependencies,
        pauses: everyCall(rememberingPauses(pauses, [clock.now, now], isAlone), mortal),
        store: everyCall({ ...store, ...over }, mortal),
        schedules: everyCall(schedules, mortal),
        dueQueue: everyCall({ ...dueQueue.port, backlog: async () => pretended || dueQueue.port.backlog() }, mortal),
        call: async (event, attempt, _secrets, triesLeft) => {
          const result = answer(event, attempt, triesLeft);
          const { requests } = result;
          calls.push({ uuid: event.key.uuid, attempt, at: now(), trulyAt: clock.now(), ...(requests && { requests }) });
          if (answerAfter > 0) await clock.sleep(answerAfter);
          return dead ? never() : result;
        },
        now,
        sleep: (milliseconds) => clock.sleep(milliseconds).then(() => (dead ? never() : undefined)),
        newId: () => `00000000-0000-4000-8000-${scattered(ids++).toString(16).padStart(12, '0')}`,
        random: () => (ids % ofShards) / ofShards,
        shards: ofShards,
        longestTimeout,
        visibility,
        instance: `process ${ids++}`,
        isAlone,
      }),
    );
    const kill = () => {
      dead = true;
    };
    return { queue, isDead: () => dead, kill, underWay: 0 };
  }

  /** The time by the clocks of the processes, in epoch milliseconds. */
  function now(): number {
    return clock.now() + skew;
  }

  function living(): Process {
    if (current.isDead()) current = startProcess();
    return current;
  }

  /** Runs everything that is due up to an instant, in order. */
  async function runUntil(instant: number): Promise<void> {
    await rest(1);
    for (;;) {
      const nextMinute = START + Math.ceil((clock.now() + 1 - START) / MINUTE) * MINUTE;
      const nextMessage = living().underWay < deliverers ? Math.max(dueQueue.nextVisibleAt(), clock.now()) : Infinity;
      const next = Math.min(nextMinute, nextMessage, clock.nextWakeAt());
      if (next > instant) break;
      await clock.moveTo(next);
      handOver();
      if (next === nextMinute) dispatch(Number(dispatches((next - START) / MINUTE)));
      await rest(1);
    }
    await clock.moveTo(instant);
  }

  /** On one's own machine each message is handed over in a batch of its own. */
  function handOver(): void {
    while (living().underWay < deliverers) {
      const batch = dueQueue.receive(isAlone ? 1 : undefined);
      if (batch.length === 0) return;
      void deliver(living(), batch);
    }
  }

  async function deliver(process: Process, batch: ReturnType<typeof dueQueue.receive>): Promise<void> {
    process.underWay++;
    const messages = batch.map(({ received }) => received);
    const failed = await process.queue.deliver(messages, now() + visibility).finally(() => process.underWay--);
    dueQueue.remove(batch.filter(({ received }) => !failed.includes(received)).map(({ held }) => held));
  }

  function dispatch(runs: number): void {
    for (let run = 0; run < runs; run++)
      void living()
        .queue.dispatch()
        .catch(() => {});
  }

  /**
   * Ends all processes, and with them the due queue. Then starts one process that is alone with its table, and repeats
   * the start until it succeeds.
   */
  async function restart(): Promise<void> {
    current.kill();
    isAlone = true;
    while (current.isDead()) {
      loseAll();
      const { queue, kill } = living();
      void queue.dispatchAtStart().catch(kill);
      await rest(1);
    }
  }

  /** The queue. Each request goes to the process that lives at that moment. */
  function ofWhoeverLives(): Process['queue'] {
    const { schedules: ofSchedules, ...others } = current.queue;
    const ask =
      (name: keyof typeof others) =>
      (...args: never[]) =>
        (living().queue[name] as Act)(...args);
    const askOfSchedules =
      (name: keyof typeof ofSchedules) =>
      (...args: never[]) =>
        (living().queue.schedules[name] as Act)(...args);
    return { ...eachOf(others, ask), schedules: eachOf(ofSchedules, askOfSchedules) } as Process['queue'];
  }

  function loseAll(): void {
    dueQueue.remove(dueQueue.held());
  }

  return {
    queue: ofWhoeverLives(),
    queueWith: (ofShards: number, over?: Partial<EventStore>) => startProcess(ofShards, over).queue,
    store,
    schedules,
    pauses,
    clock,
    now,
    dueQueue,
    calls,
    sent: dueQueue.sent,
    runUntil,
    restart,
    /** Sets how many messages the due queue says it has ready. */
    pretendBacklog: (count: number) => {
      pretended = count;
    },
    /** Deletes all messages that are on the due queue, as the end of its process does. */
    loseAll,
    /** Makes all clocks jump, except that of the due queue. */
    jump: (milliseconds: number) => {
      skew += milliseconds;
    },
  };
}

/** An object with the same names. */
function eachOf<Whole extends object>(whole: Whole, make: (name: keyof Whole) => Act): object {
  return Object.fromEntries((Object.keys(whole) as (keyof Whole)[]).map((name) => [name, make(name)]));
}

type Act = (...args: never[]) => Promise<unknown>;
type Wrap = <Args extends unknown[], Result>(
  operation: Operation,
  act: (...args: Args) => Promise<Result>,
) => (...args: Args) => Promise<Result>;

function everyCall<Port extends EventStore | ScheduleStore | DueQueue | Pauses>(port: Port, wrap: Wrap): Port {
  const wrapped = Object.entries(port).map(([name, act]) => [name, wrap(name as Operation, act as Act)]);
  return Object.fromEntries(wrapped) as Port;
}

/**
 * The pauses as a process sees them: it assumes for five seconds, by each of two clocks, that there is none. A process
 * that is alone notices a pause at once, because it makes the change itself.
 */
function rememberingPauses(pauses: Pauses, clocks: readonly (() => number)[], isAlone: boolean): Pauses {
  let known: { readonly pause: Pause | undefined; readonly readAt: readonly number[] } | undefined;
  const isRecent = (at: number, current = 0) => at <= current && current - at < REMEMBERED_FOR;
  return {
    ...pauses,
    change(...args) {
      if (isAlone) known = undefined;
      return pauses.change(...args);
    },
    async find() {
      const instants = clocks.map((clock) => clock());
      const isFresh = known?.readAt.every((at, index) => isRecent(at, instants[index]));
      if (!isFresh || isPaused(known?.pause)) known = { readAt: instants, pause: await pauses.read() };
      return known?.pause;
    },
  };
}

const never = () => new Promise<never>(() => {});

/**
 * An id for a number. Ids of different numbers differ and are spread evenly, so that everything that is derived from
 * them differs.
 */
function scattered(number: number): number {
  return (number * 0x9e37_79b1) % 0x1_0000_0000;
}
