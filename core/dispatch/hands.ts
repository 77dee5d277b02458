import { BEGINNING, type Entry, instantOf, type Position, positionAt } from '../event/entry.ts';
import type { Message } from '../event/message.ts';
import type { Pause } from '../event/pause.ts';
import type { Hand, Hands } from '../ports.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Publish itself sends the message of an event that is due so soon; the leading hand need not. */
export const SENT_BY_PUBLISH = 3 * MINUTE;
/** How far the leading hand reaches ahead: a minute less, which is longer than a publish may last. */
export const REACH = 2 * MINUTE;

const LEASE = 50 * SECOND;
/** Longer than the dispatcher may stand still after a clock was put back. */
const LONGEST_STANDSTILL = 60 * MINUTE;
/** By so much the clocks of two machines may differ. */
const CLOCK_SKEW = 5 * SECOND;
/** During a pause the events that wait are kept from expiring this often. None expires within a week after it was due. */
const KEEP_EVERY = 24 * 60 * MINUTE;

/**
 * The hands under a new lease; undefined while another run holds them. Hands that were written later than now tell of a clock that
 * was put back: what is published from then on is due behind them, and so they go back too.
 */
export function lease(hands: Hands | undefined, now: number, shards: number): Hands | undefined {
  const isPutBack = hands !== undefined && now + CLOCK_SKEW < hands.writtenAt;
  if (hands !== undefined && now < hands.leasedUntil && !isPutBack) return undefined;
  const { version = 0, leading = [], trailing = [], upToDateSince } = isPutBack ? putBack(hands, now) : (hands ?? {});
  const ofPauses = isPutBack || hands === undefined ? {} : ofPausesIn(hands);
  const isBehind = leading.some((position) => position > positionAt(now));
  const positions = { leading: forShards(leading, shards), trailing: forShards(trailing, shards) };
  const taken = renewed({ version, writtenAt: now, leasedUntil: 0, ...positions, ...ofPauses }, now);
  return isBehind || upToDateSince === undefined ? taken : { ...taken, upToDateSince };
}

/** How far a hand stands behind a goal in the shard where it is furthest behind; 0 where it has no position yet. Milliseconds. */
export function lagOf(positions: readonly Position[], goal: number): number {
  return Math.max(...positions.map((position) => Math.max(0, goal - (instantOf(position) ?? goal))));
}

/** The same hands with one of them further. */
export function moved(hands: Hands, hand: Hand, to: readonly Position[]): Hands {
  return { ...hands, [hand]: to };
}

/** As written down: a version later, and with a new lease. */
export function renewed(hands: Hands, now: number): Hands {
  return { ...hands, version: hands.version + 1, writtenAt: now, leasedUntil: now + LEASE };
}

/** As written down by a run that ends: nobody has the lease. */
export function released(hands: Hands, now: number): Hands {
  return { ...renewed(hands, now), leasedUntil: 0 };
}

/** When the leading hand has gone through all shards. */
export function caughtUp(hands: Hands, now: number): Hands {
  return { ...hands, upToDateSince: hands.upToDateSince ?? now };
}

/** Before that, what looks unfinished may only not have been sent yet, and sending it again would feed the backlog. */
export function mayAudit({ upToDateSince }: Hands, now: number, grace: number): boolean {
  return upToDateSince !== undefined && now - upToDateSince >= grace;
}

/** The message for an entry that comes due, unless its own is sent by publish or it is for the audit alone. */
export function messageFor(entry: Entry): Message | undefined {
  if (entry.kind === 'attempt') return { key: entry.key, attempt: entry.attempt, at: entry.at };
  if (entry.kind === 'event' && !entry.sent) return { key: entry.key, attempt: 1, at: entry.key.dueAt };
  return undefined;
}

/** What the hands know of pauses. Once the clock was put back, all of it is done anew. */
function ofPausesIn({ resumedAt, resuming, keepingSince, keeping }: Hands): Partial<Hands> {
  return {
    ...(resumedAt !== undefined && { resumedAt }),
    ...(resuming && { resuming }),
    ...(keepingSince !== undefined && { keepingSince }),
    ...(keeping && { keeping }),
  };
}

/**
 * The hands when the queue is not paused. At the end of a pause, what was sent before or during it may have been dropped: it is sent again from
 * the trailing hand on, before the leading one goes on.
 */
export function afterPause(hands: Hands, pause: Pause | undefined): Hands {
  const resumedAt = pause?.resumedAt;
  if (resumedAt === undefined || hands.resumedAt === resumedAt) return hands;
  const { upToDateSince, ...rest } = hands;
  return { ...rest, resumedAt, resuming: hands.trailing };
}

/** The hands when all was sent again up to an instant. The leading one need not send it. */
export function resumed({ resuming, ...hands }: Hands, sentUntil: number): Hands {
  return { ...hands, leading: hands.leading.map((position) => later(position, positionAt(sentUntil))) };
}

/** The hands while the queue is paused: once a day, events are kept from expiring from the trailing hand on. */
export function keepingAgain(hands: Hands, now: number): Hands {
  const isDue = hands.keepingSince === undefined || now - hands.keepingSince >= KEEP_EVERY;
  return isDue && hands.keeping === undefined ? { ...hands, keeping: hands.trailing, keepingSince: now } : hands;
}

/** The hands when no event will expire for days. */
export function keptAll({ keeping, ...hands }: Hands): Hands {
  return hands;
}

function forShards(positions: readonly Position[], shards: number): readonly Position[] {
  const missing = Math.max(0, shards - positions.length);
  return [...positions, ...Array<Position>(missing).fill(BEGINNING)];
}

/** The leading hand at the present, the trailing one so far back that it meets whatever was published meanwhile. */
function putBack({ version, leading, trailing }: Hands, now: number): Partial<Hands> & Pick<Hands, 'version'> {
  return {
    version,
    leading: leading.map(() => positionAt(now)),
    trailing: trailing.map((position) => earlier(position, positionAt(now - LONGEST_STANDSTILL))),
  };
}

/** The larger a position, the earlier. */
function earlier(one: Position, other: Position): Position {
  return one > other ? one : other;
}

function later(one: Position, other: Position): Position {
  return one < other ? one : other;
}
