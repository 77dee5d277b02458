import { BEGINNING, type Entry, instantOf, type Position, positionAt } from '../event/entry.ts';
import type { Message } from '../event/message.ts';
import type { Pause } from '../event/pause.ts';
import type { CursorName, Cursors } from '../ports.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Publish itself sends the message of an event that is due so soon; the promote cursor need not. */
export const SENT_BY_PUBLISH = 3 * MINUTE;
/** How far the promote cursor reaches ahead: a minute less, which is longer than a publish may last. */
export const REACH = 2 * MINUTE;

const LEASE = 50 * SECOND;
/** Longer than the dispatcher may stand still after a clock was put back. */
const LONGEST_STANDSTILL = 60 * MINUTE;
/** By so much the clocks of two machines may differ. */
const CLOCK_SKEW = 5 * SECOND;
/** During a pause the events that wait are kept from expiring this often. None expires within a week after it was due. */
const KEEP_EVERY = 24 * 60 * MINUTE;

/**
 * The cursors under a new lease; undefined while another run holds them. Cursors that were written later than now tell of a clock that
 * was put back: what is published from then on is due behind them, and so they go back too.
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

/** How far a cursor stands behind a goal in the shard where it is furthest behind; 0 where it has no position yet. Milliseconds. */
export function lagOf(positions: readonly Position[], goal: number): number {
  return Math.max(...positions.map((position) => Math.max(0, goal - (instantOf(position) ?? goal))));
}

/** The same cursors with one of them further. */
export function moved(cursors: Cursors, cursor: CursorName, to: readonly Position[]): Cursors {
  return { ...cursors, [cursor]: to };
}

/** As written down: a version later, and with a new lease. */
export function renewed(cursors: Cursors, now: number): Cursors {
  return { ...cursors, version: cursors.version + 1, writtenAt: now, leasedUntil: now + LEASE };
}

/** As written down by a run that ends: nobody has the lease. */
export function released(cursors: Cursors, now: number): Cursors {
  return { ...renewed(cursors, now), leasedUntil: 0 };
}

/** When the promote cursor has gone through all shards. */
export function caughtUp(cursors: Cursors, now: number): Cursors {
  return { ...cursors, upToDateSince: cursors.upToDateSince ?? now };
}

/** Before that, what looks unfinished may only not have been sent yet, and sending it again would feed the backlog. */
export function mayAudit({ upToDateSince }: Cursors, now: number, grace: number): boolean {
  return upToDateSince !== undefined && now - upToDateSince >= grace;
}

/** The message for an entry that comes due, unless its own is sent by publish or it is for the audit alone. */
export function messageFor(entry: Entry): Message | undefined {
  if (entry.kind === 'attempt') return { key: entry.key, attempt: entry.attempt, at: entry.at };
  if (entry.kind === 'event' && !entry.sent) return { key: entry.key, attempt: 1, at: entry.key.dueAt };
  return undefined;
}

/** What the cursors know of pauses. Once the clock was put back, all of it is done anew. */
function ofPausesIn({ resumedAt, resuming, keepingSince, keeping }: Cursors): Partial<Cursors> {
  return {
    ...(resumedAt !== undefined && { resumedAt }),
    ...(resuming && { resuming }),
    ...(keepingSince !== undefined && { keepingSince }),
    ...(keeping && { keeping }),
  };
}

/**
 * The cursors when the queue is not paused. At the end of a pause, what was sent before or during it may have been dropped: it is sent again from
 * the audit cursor on, before the promote one goes on.
 */
export function afterPause(cursors: Cursors, pause: Pause | undefined): Cursors {
  const resumedAt = pause?.resumedAt;
  if (resumedAt === undefined || cursors.resumedAt === resumedAt) return cursors;
  const { upToDateSince, ...rest } = cursors;
  return { ...rest, resumedAt, resuming: cursors.audit };
}

/** The cursors when all was sent again up to an instant. The promote one need not send it. */
export function resumed({ resuming, ...cursors }: Cursors, sentUntil: number): Cursors {
  return { ...cursors, promote: cursors.promote.map((position) => later(position, positionAt(sentUntil))) };
}

/** The cursors while the queue is paused: once a day, events are kept from expiring from the audit cursor on. */
export function keepingAgain(cursors: Cursors, now: number): Cursors {
  const isDue = cursors.keepingSince === undefined || now - cursors.keepingSince >= KEEP_EVERY;
  return isDue && cursors.keeping === undefined ? { ...cursors, keeping: cursors.audit, keepingSince: now } : cursors;
}

/** The cursors when no event will expire for days. */
export function keptAll({ keeping, ...cursors }: Cursors): Cursors {
  return cursors;
}

function forShards(positions: readonly Position[], shards: number): readonly Position[] {
  const missing = Math.max(0, shards - positions.length);
  return [...positions, ...Array<Position>(missing).fill(BEGINNING)];
}

/** The promote cursor at the present, the audit one so far back that it meets whatever was published meanwhile. */
function putBack({ version, promote, audit }: Cursors, now: number): Partial<Cursors> & Pick<Cursors, 'version'> {
  return {
    version,
    promote: promote.map(() => positionAt(now)),
    audit: audit.map((position) => earlier(position, positionAt(now - LONGEST_STANDSTILL))),
  };
}

/** The larger a position, the earlier. */
function earlier(one: Position, other: Position): Position {
  return one > other ? one : other;
}

function later(one: Position, other: Position): Position {
  return one < other ? one : other;
}
