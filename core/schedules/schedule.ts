import type { QueuedEvent, WantedEvent } from '../event/event.ts';
import { type EventKey, inShard } from '../event/event-key.ts';
import { instantsIn, nextInstant, type Timing } from './timing.ts';

/** The event that a schedule publishes at each of its instants, as it was accepted. */
export type ScheduledEvent = Omit<
  WantedEvent,
  'asked' | 'deduplicationId' | 'deduplicationWindow' | 'schedule' | 'skipsOverlap'
>;

/** A schedule: what is to be published again and again, and when. Instants are epoch milliseconds. */
export type Schedule = {
  readonly id: string;
  /** A number that each change raises. */
  readonly version: number;
  /**
   * A number that is raised when the timing or the life changes, so that cues from before lead to nothing. Other changes
   * leave the cues as they are.
   */
  readonly edition: number;
  /**
   * An id that is drawn when the schedule is made, and whenever it is resumed. The keys of its runs follow from it, so a
   * run that a pause took away is not the run of the same instant after the pause.
   */
  readonly life: string;
  /** The shard of its cues and runs. It was drawn once, so that a changed setting does not change the keys of runs. */
  readonly shard: number;
  readonly timing: Timing;
  readonly event: ScheduledEvent;
  /** Whether a run is called while an earlier run has not finished. */
  readonly overlap: 'allow' | 'skip';
  /** The number of runs that are made up for after a standstill: the latest of those that were missed. */
  readonly catchUp: number;
  /** The id of the API key that changed the schedule last. Its runs are published by that key. */
  readonly publishedBy: string;
  readonly createdAt: number;
  readonly changedAt: number;
  /** Present while the schedule is paused. */
  readonly pausedAt?: number;
  /** Present if the schedule was deleted. What is left of it is stored for an hour, for requests that are repeated. */
  readonly deletedAt?: number;
  readonly former: readonly FormerTiming[];
};

/**
 * A timing that a schedule had before a change. It stays in the schedule while runs of it may be ahead: if the process
 * dies behind its write, the repeated request reads here which runs to take away. Its shard can be another one than that
 * of the schedule, which was deleted then and has been made again.
 */
export type FormerTiming = Pick<Schedule, 'life' | 'shard' | 'timing'> & {
  /** The instant of the change, from which the timing no longer counted. */
  readonly endedAt: number;
  /** The event of the runs without what makes it large. Their expiry follows from it. */
  readonly event: ScheduledEvent;
};

/** Returns a uuid that is always the same for the same text, and differs from all uuids of other texts. */
export type UuidFor = (text: string) => string;

/** The form of the id of a schedule. Clients resolve a path that ends with . or .. to another one. */
const ID = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,128}$/;

export function isScheduleId(text: string): boolean {
  return ID.test(text);
}

/** Whether a schedule makes runs: it exists, and is neither paused nor deleted. */
export function isActive<Some extends Stoppable>(schedule: Some | undefined): schedule is Some {
  return isThere(schedule) && schedule.pausedAt === undefined;
}

/** Whether a schedule exists. What is left of a deleted one is none. */
export function isThere<Some extends Stoppable>(schedule: Some | undefined): schedule is Some {
  return schedule !== undefined && schedule.deletedAt === undefined;
}

type Stoppable = Pick<Schedule, 'pausedAt' | 'deletedAt'>;

export function isInstantOf(timing: Timing, instant: number): boolean {
  return nextInstant(timing, instant - 1) === instant;
}

/**
 * The run of an instant. It follows from the schedule and the instant alone, so it is the same whenever and by whomever
 * it is made, and putting it twice puts it once.
 */
export function runAt(schedule: RunOf, instant: number, uuidFor: UuidFor): QueuedEvent {
  const { id, overlap, event, publishedBy } = schedule;
  return {
    ...event,
    key: { dueAt: instant, uuid: runUuid(schedule, instant, uuidFor) },
    publishedBy,
    createdAt: instant,
    asked: { at: instant },
    schedule: id,
    ...(overlap === 'skip' && { skipsOverlap: true as const }),
    messageSentByPublish: true,
  };
}

type RunOf = Pick<Schedule, 'id' | 'life' | 'shard' | 'overlap' | 'event' | 'publishedBy'>;

/** The uuid of the run of an instant. A random part in it would make two runs of one instant. */
export function runUuid({ id, life, shard }: Pick<Schedule, 'id' | 'life' | 'shard'>, at: number, uuidFor: UuidFor) {
  return inShard(uuidFor(`run ${id} ${life} ${at}`), shard);
}

/** Whether a schedule still makes the run of a key: it was not stopped since that run was made. */
export function isRunOf(schedule: Schedule | undefined, { dueAt, uuid }: EventKey, uuidFor: UuidFor): boolean {
  return isActive(schedule) && runUuid(schedule, dueAt, uuidFor) === uuid;
}

/** The runs of a former timing in a stretch of time. */
export function formerRuns(
  schedule: Schedule,
  { life, shard, timing, event }: FormerTiming,
  stretch: Parameters<typeof instantsIn>[1],
  uuidFor: UuidFor,
): readonly QueuedEvent[] {
  return instantsIn(timing, stretch).map((at) => runAt({ ...schedule, life, shard, event }, at, uuidFor));
}
