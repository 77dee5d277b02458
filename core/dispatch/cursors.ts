import { DAY, HOUR, MINUTE, SECOND } from '../durations.ts';
import { BEGINNING, type Cue, type Entry, instantOf, type Position, positionAt, positionOf } from '../event/entry.ts';
import { shardOf } from '../event/event-key.ts';
import type { Message } from '../event/message.ts';
import type { Pause } from '../event/pause.ts';
import type { CursorName, Cursors } from '../ports.ts';

/**
 * The delay, in milliseconds, up to which publish itself sends the first message of an event, so that the promote
 * cursor passes over it.
 */
export const SENT_BY_PUBLISH = 3 * MINUTE;
/**
 * The time, in milliseconds, by which the promote cursor is ahead of the present. It is a minute less than what publish
 * sends, so that the cursor does not pass an event while a slow publish puts it.
 */
export const REACH = 2 * MINUTE;

/** The time, in milliseconds, for which a run has the lease after it wrote the cursors. */
const LEASE = 50 * SECOND;
/** The age of a lease, in milliseconds, at which a run that is not done with a page renews it. */
const OLD_LEASE = 10 * SECOND;
/** A time, in milliseconds, that is longer than the dispatcher stands still after a clock was put back. */
const LONGEST_STANDSTILL = HOUR;
/** The most by which the clocks of two machines differ, in milliseconds. */
const CLOCK_SKEW = 5 * SECOND;
/**
 * The time, in milliseconds, between two walks of a pause that move the expiry of unfinished events. No event expires
 * within a week after it was due.
 */
const EXPIRY_WALK_EVERY = DAY;

/**
 * The cursors with a new lease; undefined while another run has the lease. If the cursors were written in the future,
 * the clock was put back. Then events are published that are due behind the cursors, so the cursors go back too.
 */
export function lease(cursors: Cursors | undefined, now: number, shards: number): Cursors | undefined {
  const isPutBack = cursors !== undefined && now + CLOCK_SKEW < cursors.writtenAt;
  if (cursors !== undefined && now < cursors.leasedUntil && !isPutBack) return undefined;
  const { version = 0, promote = [], audit = [], upToDateSince } = isPutBack ? putBack(cursors, now) : (cursors ?? {});
  const ofPauses = isPutBack || cursors === undefined ? {} : ofPausesIn(cursors);
  const isBehind = promote.some((position) => position > positionAt(now));
  const positions = { promote: forShards(promote, shards), audit: forShards(audit, shards) };
  const taken = renewed({ version, writtenAt: now, leasedUntil: 0, ...positions, ...ofPauses }, now);
  return isBehind || upToDateSince === undefined ? taken : { ...taken, upToDateSince };
}

/**
 * The time, in milliseconds, by which a cursor is behind a goal in the shard where it is furthest behind. A shard at
 * its beginning counts as 0.
 */
export function lagOf(positions: readonly Position[], goal: number): number {
  return Math.max(...positions.map((position) => Math.max(0, goal - (instantOf(position) ?? goal))));
}

/** Tells the cues that a cursor has not passed from those that it has. */
export function isAheadOf(positions: readonly Position[]): (cue: Cue) => boolean {
  return ({ at, uuid }) => positionOf({ dueAt: at, uuid }) < (positions[shardOf(uuid)] ?? BEGINNING);
}

/** The cursors with one of them moved. */
export function moved(cursors: Cursors, cursor: CursorName, to: readonly Position[]): Cursors {
  return { ...cursors, [cursor]: to };
}

/** The cursors to write: with the next version and a new lease. */
export function renewed(cursors: Cursors, now: number): Cursors {
  return { ...cursors, version: cursors.version + 1, writtenAt: now, leasedUntil: now + LEASE };
}

/** Whether the lease was written so long ago that it is renewed before more work is begun. */
export function isOld({ writtenAt }: Cursors, now: number): boolean {
  return now - writtenAt >= OLD_LEASE;
}

/** The cursors that a run writes at its end, with which no run has the lease. */
export function released(cursors: Cursors, now: number): Cursors {
  return { ...renewed(cursors, now), leasedUntil: 0 };
}

/** The cursors after the promote cursor has reached its goal in all shards. */
export function caughtUp(cursors: Cursors, now: number): Cursors {
  return { ...cursors, upToDateSince: cursors.upToDateSince ?? now };
}

/**
 * Whether the audit may run: the promote cursor has been up to date for a grace. Before, an event may look overdue only
 * because its message was not sent yet, and sending it twice would add to the backlog.
 */
export function mayAudit({ upToDateSince }: Cursors, now: number, grace: number): boolean {
  return upToDateSince !== undefined && now - upToDateSince >= grace;
}

/** The message for an entry that comes due; undefined if publish sends it, or if the entry is an audit reminder. */
export function messageFor(entry: Entry): Message | undefined {
  if (entry.kind === 'attempt') return { key: entry.key, attempt: entry.attempt, at: entry.at };
  if (entry.kind === 'event' && !entry.messageSentByPublish) return { key: entry.key, attempt: 1, at: entry.key.dueAt };
  return undefined;
}

/**
 * The fields of the cursors that concern pauses. They are dropped when the clock was put back, so that the walks of a
 * pause are done again.
 */
function ofPausesIn({ resumedAt, resuming, expiryWalkSince, expiryWalk }: Cursors): Partial<Cursors> {
  return {
    ...(resumedAt !== undefined && { resumedAt }),
    ...(resuming && { resuming }),
    ...(expiryWalkSince !== undefined && { expiryWalkSince }),
    ...(expiryWalk && { expiryWalk }),
  };
}

/**
 * The cursors while the queue is not paused. When a pause has ended, messages that were sent before or during it may
 * have been dropped, so they are sent again from the audit cursor on, before the promote cursor moves.
 */
export function afterPause(cursors: Cursors, pause: Pause | undefined): Cursors {
  const resumedAt = pause?.resumedAt;
  if (resumedAt === undefined || cursors.resumedAt === resumedAt) return cursors;
  const { upToDateSince, ...rest } = cursors;
  return { ...rest, resumedAt, resuming: cursors.audit };
}

/** The cursors after everything up to an instant was sent again, so that the promote cursor need not send it. */
export function resumed({ resuming, ...cursors }: Cursors, sentUntil: number): Cursors {
  return { ...cursors, promote: cursors.promote.map((position) => later(position, positionAt(sentUntil))) };
}

/**
 * The cursors while the queue is paused. Once a day, a walk begins at the audit cursor that moves the expiry of
 * unfinished events.
 */
export function withExpiryWalk(cursors: Cursors, now: number): Cursors {
  const isDue = cursors.expiryWalkSince === undefined || now - cursors.expiryWalkSince >= EXPIRY_WALK_EVERY;
  return isDue && cursors.expiryWalk === undefined
    ? { ...cursors, expiryWalk: cursors.audit, expiryWalkSince: now }
    : cursors;
}

/** The cursors after the walk that moves expiries has reached its goal, when no unfinished event expires for days. */
export function afterExpiryWalk({ expiryWalk, ...cursors }: Cursors): Cursors {
  return cursors;
}

function forShards(positions: readonly Position[], shards: number): readonly Position[] {
  const missing = Math.max(0, shards - positions.length);
  return [...positions, ...Array<Position>(missing).fill(BEGINNING)];
}

/**
 * The cursors after the clock was put back: the promote cursor at the present, and the audit cursor so far back that it
 * meets all events that were published before dispatch noticed.
 */
function putBack({ version, promote, audit }: Cursors, now: number): Partial<Cursors> & Pick<Cursors, 'version'> {
  return {
    version,
    promote: promote.map(() => positionAt(now)),
    audit: audit.map((position) => earlier(position, positionAt(now - LONGEST_STANDSTILL))),
  };
}

/** The earlier of two positions, which is the larger one. */
function earlier(one: Position, other: Position): Position {
  return one > other ? one : other;
}

function later(one: Position, other: Position): Position {
  return one < other ? one : other;
}
