import type { Dependencies } from '../dependencies.ts';
import { MINUTE } from '../durations.ts';
import type { Cue, Entry } from '../event/entry.ts';
import type { QueuedEvent } from '../event/event.ts';
import { shardOf } from '../event/event-key.ts';
import { cueExpiresAt, laterExpiry } from '../event/expiry.ts';
import { firstProgress } from '../event/lifecycle.ts';
import { graceOf, nextAuditAt } from '../event/reminder-times.ts';
import type { EventStore } from '../ports.ts';
import { cueAt, isCurrent } from './cue.ts';
import { isActive, isInstantOf, runAt, runUuid, type Schedule } from './schedule.ts';
import { instantsIn, isComputable, latestInstantsIn, nextInstant } from './timing.ts';

/**
 * The age, in milliseconds, beyond which an instant counts as missed. Of the missed instants of a schedule, only the
 * latest `catchUp` are run. Others are always run, because one run of the dispatcher that fails must lose none.
 */
const MISSED_AFTER = 5 * MINUTE;
/** The time after its instant, in milliseconds, within which a run can be put without an audit reminder. */
const PUT_IN_TIME = MINUTE;
/** The number of cues that are followed at the same time. Their schedules may hold up to 256 KiB each. */
export const FOLLOWED_AT_ONCE = 100;

export type RunMaker = {
  /**
   * Puts the runs of the instants that begin at each cue and end at the instant `goal`, and then the next cue, which is
   * behind `goal`. Does nothing for a cue whose schedule has been changed, paused or deleted. If the process dies, the
   * same cues are followed again, and put the same items. Resolves with the runs, whose messages the caller must send.
   */
  follow(cues: readonly Cue[], goal: number): Promise<readonly QueuedEvent[]>;
  /**
   * Does the same for cues that should have been followed, if the first run of a cue is not among `entries` nor in the
   * store. Runs that are there already are left alone.
   */
  followMissed(cues: readonly Cue[], entries: readonly Entry[], goal: number): Promise<readonly QueuedEvent[]>;
  /**
   * Puts a run that may be late.
   *
   * @param isThere Whether the run was put before, so that it is not counted as accepted once more.
   */
  put(run: QueuedEvent, isThere: boolean): Promise<void>;
  /**
   * Puts runs again as their schedule is now, if it was changed while they were put: the change may have put them with
   * its new event before, and then they were replaced by runs with the former event.
   */
  putChanged(before: Schedule, runs: readonly QueuedEvent[]): Promise<void>;
};

export type RunMakerDependencies = Pick<
  Dependencies,
  'store' | 'schedules' | 'uuidFor' | 'now' | 'longestTimeout' | 'visibility' | 'report'
> & {
  /** The store whose writes are not counted, for a run that was put before or never was. */
  readonly unobservedStore: Pick<EventStore, 'putEvent' | 'recordUnlessChanged'>;
};

export function runMaker(dependencies: RunMakerDependencies): RunMaker {
  const { store, unobservedStore, schedules, uuidFor, now, report } = dependencies;
  const grace = graceOf(dependencies.longestTimeout, dependencies.visibility);

  async function followOne(cue: Cue, goal: number, isMade: (run: QueuedEvent) => Promise<boolean>) {
    const schedule = await schedules.find(cue.schedule);
    const plan = isCurrent(cue, schedule) ? planOf(schedule, cue, goal) : undefined;
    if (schedule === undefined || plan === undefined) return [];
    const runs = await allUnless(
      plan.instants.map((at) => runAt(schedule, at, uuidFor)),
      isMade,
    );
    await Promise.all(runs.map((run) => put(run, false)));
    if (runs.length > 0) await putChanged(schedule, runs);
    if (plan.next !== undefined)
      await store.putCue(cueAt(schedule, plan.next, uuidFor), cueExpiresAt(plan.next, now()));
    return runs;
  }

  async function putChanged(before: Schedule, runs: readonly QueuedEvent[]): Promise<void> {
    const latest = await schedules.find(before.id);
    if (
      !isActive(latest) ||
      !isComputable(latest.timing) ||
      latest.version === before.version ||
      latest.life !== before.life
    )
      return;
    const still = runs.map(({ key }) => key.dueAt).filter((at) => isInstantOf(latest.timing, at));
    await Promise.all(still.map((at) => put(runAt(latest, at, uuidFor), true)));
    await putChanged(latest, runs);
  }

  /** The instants of the runs that a cue asks for, and of the next cue; undefined if they cannot be computed. */
  function planOf(schedule: Schedule, cue: Cue, goal: number) {
    return unlessItFails(schedule, () => planFor(schedule, cue, goal, now()));
  }

  /**
   * What is computed from the timing of a schedule. If it cannot be computed, for instance because this process does not
   * know the time zone, that is reported, and the schedule stands still until it is changed. Otherwise one schedule would
   * keep the cursors from moving.
   */
  function unlessItFails<Value>({ id }: Schedule, compute: () => Value): Value | undefined {
    try {
      return compute();
    } catch (error) {
      report(new Error(`The runs of schedule ${id} cannot be computed.`, { cause: error }));
      return undefined;
    }
  }

  /**
   * A run that is put late gets a reminder ahead of the audit cursor first, because both cursors may have passed its own
   * entry. It may also be so late that it would have expired already.
   */
  async function put(run: QueuedEvent, isThere: boolean): Promise<void> {
    const { key } = run;
    if (now() - key.dueAt > PUT_IN_TIME)
      await store.putReminder(run, { kind: 'audit', key, at: nextAuditAt(key, key.dueAt, now(), grace) });
    await (isThere ? unobservedStore : store).putEvent(run);
    const later = laterExpiry(run, now());
    if (later !== undefined) await store.extendExpiry({ event: run, progress: firstProgress(run) }, later);
  }

  async function isStored({ key }: QueuedEvent): Promise<boolean> {
    return (await store.findEvent(key)) !== undefined;
  }

  async function followUnlessMade(cue: Cue, goal: number): Promise<readonly QueuedEvent[]> {
    const schedule = await schedules.find(cue.schedule);
    if (!isCurrent(cue, schedule)) return [];
    const first = unlessItFails(schedule, () => nextInstant(schedule.timing, cue.at - 1));
    if (first === undefined) return [];
    return (await isStored(runAt(schedule, first, uuidFor))) ? [] : followOne(cue, goal, isStored);
  }

  return {
    put,
    putChanged,

    follow: (cues, goal) => inPortions(cues, (cue) => followOne(cue, goal, async () => false)),

    followMissed(cues, entries, goal) {
      const found = new Set(entries.map(({ key }) => key.uuid));
      const missed = cues.filter((cue) => !found.has(firstRunUuid(cue)));
      return inPortions(missed, (cue) => followUnlessMade(cue, goal));
    },
  };

  function firstRunUuid({ schedule: id, life, uuid, at }: Cue): string {
    return runUuid({ id, life, shard: shardOf(uuid) }, at, uuidFor);
  }
}

function planFor({ timing, catchUp }: Schedule, cue: Cue, goal: number, now: number) {
  const missedUpTo = now - MISSED_AFTER;
  const missed = latestInstantsIn(timing, { after: cue.at - 1, upTo: missedUpTo }, catchUp);
  const others = instantsIn(timing, { after: Math.max(cue.at - 1, missedUpTo), upTo: goal });
  return { instants: [...missed, ...others], next: nextInstant(timing, Math.max(cue.at, goal)) };
}

async function allUnless<Value>(values: readonly Value[], isLeftOut: (value: Value) => Promise<boolean>) {
  const leftOut = await Promise.all(values.map(isLeftOut));
  return values.filter((_, index) => !leftOut[index]);
}

async function inPortions<Given, Made>(
  all: readonly Given[],
  make: (given: Given) => Promise<readonly Made[]>,
): Promise<readonly Made[]> {
  const made: Made[] = [];
  for (let from = 0; from < all.length; from += FOLLOWED_AT_ONCE)
    made.push(...(await Promise.all(all.slice(from, from + FOLLOWED_AT_ONCE).map(make))).flat());
  return made;
}
