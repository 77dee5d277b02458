import { uuidFor } from '../../adapters/uuid-for.ts';
import { MINUTE, SECOND } from '../../core/durations.ts';
import { BEGINNING, END, instantOf } from '../../core/event/entry.ts';
import type { Message } from '../../core/event/message.ts';
import type { Cursors, DueQueue, EventStore } from '../../core/ports.ts';
import { openQueue } from '../../core/queue.ts';
import type { WantedSchedule } from '../../core/schedules/change.ts';
import type { ScheduleStore } from '../../core/schedules/schedule-store.ts';
import { instantsIn, nextInstant, type Timing } from '../../core/schedules/timing.ts';
import { seededChance } from '../../verify/shared/seeded-chance.ts';
import { Died, interleaved, type Step } from './interleaved.ts';
import { memoryEventStore } from './memory-event-store.ts';
import { memorySchedules } from './memory-schedules.ts';
import { quietDependencies } from './quiet-dependencies.ts';
import { answered, wantedEvent } from './sample-event.ts';
import { received } from './simulated-time.ts';

const START = Date.parse('2030-01-01T00:00:00Z');
const ID = 'report';
const TICK = 20 * SECOND;
/** The longest life of a request, and of a run of the dispatcher, after which Lambda ends it. */
const LONGEST_REQUEST = 40 * SECOND;
const LONGEST_RUN = 230 * SECOND;
const CALM = 40 * MINUTE;
const CHANGED_AHEAD = 3 * MINUTE;
/** The largest difference of two clocks, in milliseconds. A change may count that much sooner or later for a run. */
const CLOCKS_DIFFER = 10 * SECOND;
const MOST_CHANGES = 7;
const DIES = 0.03;
const LOST = 0.1;

type Kind = 'create' | 'edit' | 'pause' | 'resume' | 'delete';
/** What a user asked for, from the first request until one was answered. */
type Asked = { readonly kind: Kind | 'end'; readonly timing: Timing; readonly sentAt: number; answeredAt: number };
/** A call of the run of an instant, and when it was made. */
type Call = { readonly at: number; readonly madeAt: number };
type Move = { readonly now: number; readonly goal: number };

type World = {
  readonly asked: readonly Asked[];
  readonly calls: readonly Call[];
  readonly moves: readonly Move[];
  /** The instants of the runs that were cancelled. */
  readonly cancelled: ReadonlySet<number>;
};

/** Options of a world: its shards, and whether the clocks of its processes differ. */
export type WorldOptions = { readonly shards: number; readonly clocksDiffer: boolean };

/**
 * Lives an hour of one schedule with the real code, step by step: a user creates, edits, pauses, resumes and deletes it,
 * and repeats what was not answered; dispatchers run at the same time without a lease, die at any step, or linger for
 * minutes; messages are lost. Resolves with what was wrong in it.
 */
export async function scheduleWorld(seed: number, options: WorldOptions) {
  const world = await live(seededChance(seed), options);
  return { faults: faultsIn(world), calls: world.calls.length };
}

async function live(chance: () => number, { shards, clocksDiffer }: WorldOptions): Promise<World> {
  const { step, safeStep, start, run, calm } = interleaved(chance, DIES);
  const [events, schedules] = [memoryEventStore(), memorySchedules()];
  const calls: Call[] = [];
  const moves: Move[] = [];
  const asked: Asked[] = [];
  let held: { readonly message: Message; readonly handOverAt: number }[] = [];
  let now = START;
  let ids = 0;
  let isDone = false;
  let dispatchedAt = 0;
  let downUntil = 0;

  const dueQueue: DueQueue = {
    async send(message, handOverAt = message.at) {
      if (isDone || chance() >= LOST) held.push({ message, handOverAt });
    },
    backlog: async () => 0,
  };

  const deliverer = queueOn(
    async () => {},
    () => now,
  );

  /** Opens the queue in a process that dies after some time, or by chance before any effect. */
  function process(longest: number) {
    const openedAt = now;
    const skew = clocksDiffer ? Math.round((chance() - 0.5) * CLOCKS_DIFFER) : 0;
    const mortal: Step = async () => {
      await step();
      if (now - openedAt > longest) throw new Died();
    };
    return queueOn(mortal, () => now + skew);
  }

  function queueOn(before: Step, ownClock: () => number) {
    const store: EventStore = { ...events, findCursors, saveCursors };
    return openQueue({
      ...quietDependencies,
      store: stepwise(store, before),
      schedules: stepwise<ScheduleStore>(schedules, before),
      dueQueue: stepwise(dueQueue, before),
      call: async ({ key }) => {
        calls.push({ at: key.dueAt, madeAt: now });
        return answered(200);
      },
      now: ownClock,
      sleep: async () => {},
      newId: () => uuidFor(`id ${ids++}`).replace(/^(.{14})5/, '$14'),
      random: chance,
      shards,
    });
  }

  /** Takes the lease off, so that any number of dispatchers run at once. */
  async function findCursors(): Promise<Cursors | undefined> {
    const cursors = await events.findCursors();
    return cursors && { ...cursors, leasedUntil: 0, writtenAt: 0 };
  }

  async function saveCursors(read: Cursors | undefined, cursors: Cursors): Promise<boolean> {
    const isSaved = await events.saveCursors(read, cursors);
    const reached = Math.min(...cursors.promote.map((position) => instantOf(position) ?? 0));
    if (isSaved) moves.push({ now, goal: reached });
    return isSaved;
  }

  async function request({ kind, timing }: Pick<Asked, 'kind' | 'timing'>): Promise<unknown> {
    const { schedules: asking } = process(LONGEST_REQUEST);
    if (kind === 'pause') return asking.pause(ID);
    if (kind === 'resume') return asking.resume(ID);
    if (kind === 'delete') return asking.remove(ID);
    return asking.replace(ID, wantedSchedule(timing, ids++), 'web');
  }

  /** Sends one request after the other, each again until it is answered. */
  async function user(): Promise<void> {
    let timing = drawnTiming(chance);
    let kind: Kind = 'create';
    for (let n = 0; n < MOST_CHANGES; n++) {
      const one: Asked = { kind, timing, sentAt: now, answeredAt: now };
      asked.push(one);
      while ((await start(() => request(one))) === 'died') await safeStep();
      one.answeredAt = now;
      const until = now + MINUTE + Math.floor(chance() * 15 * MINUTE);
      while (now < until) await safeStep();
      kind = nextKind(kind, chance);
      if (kind === 'create' || (kind === 'edit' && chance() < 0.6)) timing = drawnTiming(chance);
    }
    asked.push({ kind: 'end', timing, sentAt: now, answeredAt: now });
    isDone = true;
  }

  /** Hands over the messages that have come due. */
  async function deliver(): Promise<void> {
    const due = held.filter(({ handOverAt }) => handOverAt <= now);
    held = held.filter(({ handOverAt }) => handOverAt > now);
    for (const { message } of due) await deliverer.deliver([received(message)]);
  }

  /** Starts up to two dispatchers a minute, and none while they are down. */
  function dispatch(): void {
    if (now - dispatchedAt < MINUTE) return;
    dispatchedAt = now;
    if (chance() < 0.02) downUntil = now + chance() * 400 * SECOND;
    const isDown = now < downUntil && !isDone;
    if (!isDown) void start(() => process(LONGEST_RUN).dispatch());
    if (!isDown && chance() < 0.2) void start(() => process(LONGEST_RUN).dispatch());
  }

  /** Lets time pass, and with it what happens by itself. */
  async function clock(): Promise<void> {
    for (let calmFor = 0; calmFor < CALM; calmFor += isDone ? TICK : 0) {
      for (let turns = Math.floor(chance() * 40); turns > 0; turns--) await safeStep();
      now += TICK;
      if (isDone) calm();
      await deliver();
      dispatch();
    }
  }

  void start(user);
  void start(clock);
  await run();
  return { asked, calls, moves, cancelled: await cancelledIn(events) };
}

async function cancelledIn(events: EventStore): Promise<ReadonlySet<number>> {
  const keys = await events.list({ schedule: ID }, END, BEGINNING, 1_000);
  const records = await Promise.all(keys.map(events.findEvent));
  const cancelled = records.filter((record) => record?.progress.status === 'cancelled');
  return new Set(cancelled.map((record) => record?.event.key.dueAt ?? 0));
}

function stepwise<Port extends object>(port: Port, before: Step): Port {
  type Act = (...args: unknown[]) => Promise<unknown>;
  const wrapped = Object.entries(port).map(([name, act]) => {
    const stepping = async (...args: unknown[]) => {
      await before();
      return (act as Act)(...args);
    };
    return [name, stepping];
  });
  return Object.fromEntries(wrapped) as Port;
}

function wantedSchedule(timing: Timing, number: number): WantedSchedule {
  const { asked, ...event } = wantedEvent({ url: `https://example.com/${number}` });
  return { timing, event, overlap: 'allow', catchUp: 100, isFromGiven: true, isPaused: undefined };
}

function drawnTiming(chance: () => number): Timing {
  const every = ([1, 2, 3, 5, 7][Math.floor(chance() * 5)] ?? 1) * MINUTE;
  return { every, from: START - 7 * MINUTE + Math.floor(chance() * 7) * MINUTE };
}

function nextKind(kind: Kind, chance: () => number): Kind {
  if (kind === 'pause') return chance() < 0.8 ? 'resume' : 'delete';
  if (kind === 'delete') return 'create';
  return (['edit', 'edit', 'pause', 'delete'] as const)[Math.floor(chance() * 4)] ?? 'edit';
}

/** What is wrong in a world, each a sentence: an instant that was missed or called twice, or a call that nobody wanted. */
function faultsIn(world: World): readonly string[] {
  const { asked, calls } = world;
  const twice = [...Map.groupBy(calls, ({ at }) => at)].filter(([, all]) => all.length > 1);
  return [
    ...twice.map(([at]) => `twice: ${at - START}`),
    ...asked.slice(0, -1).flatMap((one, index) => faultsOf(one, asked.slice(index + 1), asked.slice(0, index), world)),
  ];
}

function faultsOf(
  one: Asked,
  after: readonly Asked[],
  before: readonly Asked[],
  { calls, moves, cancelled }: World,
): readonly string[] {
  const { kind, timing, answeredAt } = one;
  const [next = one] = after;
  if (isStop(one))
    return calls
      .filter(({ madeAt }) => madeAt > answeredAt && madeAt < next.sentAt)
      .map(({ at }) => `called although there was a ${kind} before: ${at - START}`);
  const within = calls.filter(({ at }) => at > answeredAt && at < next.sentAt);
  const mayBeCancelled = after.some(isStop);
  const called = new Set(calls.map(({ at }) => at));
  const stretch = { after: answeredAt + CLOCKS_DIFFER, upTo: next.sentAt - 1 - CLOCKS_DIFFER };
  const missed = instantsIn(timing, stretch).filter(
    (at) =>
      !called.has(at) &&
      mustBeRun(at, one, next, moves) &&
      !wasTakenAway(at, before) &&
      // A stop cancels a run that is late because its message was lost.
      !(mayBeCancelled && cancelled.has(at)),
  );
  const strange = within.filter(({ at }) => at > answeredAt + CLOCKS_DIFFER && nextInstant(timing, at - 1) !== at);
  return [
    ...missed.map((at) => `missed after a ${kind}: ${at - START}`),
    ...strange.map(({ at }) => `called after a ${kind}, although it is no instant: ${at - START}`),
  ];
}

function isStop({ kind }: Asked): boolean {
  return kind === 'pause' || kind === 'delete';
}

/** Whether the change made the run, or a cursor reached it before the next change. Otherwise the next change drops it. */
function mustBeRun(at: number, { answeredAt }: Asked, next: Asked, moves: readonly Move[]): boolean {
  if (at <= answeredAt + CHANGED_AHEAD - LONGEST_REQUEST - CLOCKS_DIFFER) return true;
  return moves.some((move) => move.goal >= at && move.now < next.sentAt);
}

/** Whether a change just before took the instant away. Another one within three minutes does not bring it back. */
function wasTakenAway(at: number, before: readonly Asked[]): boolean {
  return before.some((one) => {
    const isAhead = at > one.sentAt - CLOCKS_DIFFER && at - CHANGED_AHEAD - LONGEST_REQUEST < one.answeredAt;
    return isAhead && !isStop(one) && nextInstant(one.timing, at - 1) !== at;
  });
}
