import { auditor } from './audit.ts';
import { afterTheFirst } from './claim.ts';
import { type Entry, type Position, positionAt } from './entry.ts';
import {
  caughtUp,
  graceOf,
  type Hand,
  type Hands,
  lagOf,
  lastLookAt,
  lease,
  mayAudit,
  messageFor,
  moved,
  REACH,
  released,
  renewed,
} from './hands.ts';
import type { Message } from './message.ts';
import type { EventStore } from './ports.ts';
import type { World } from './world.ts';

/** With so many messages ready on the due queue, sending again would only feed the backlog. */
const MOST_READY = 1_000;
/** A run ends by itself, shortly before another starts: were it stopped, its last pages would be sent again, and the lease would have to run out. */
export const LONGEST_RUN = 230_000;
/** From the start of a run on: the next one starts a minute after it. */
const LONGEST_AUDIT = 45_000;
/** So many are read at a time; what they hold is sent at once, ten messages a request. Whoever sends needs as many connections. */
export const MOST_SHARDS = 8;
const PAUSE_BEFORE_SENDING_AGAIN = 1_000;
/** Longer than it takes until a run of the dispatcher sees that the clock was put back, though one of them fails. */
const START_OVERLAP = 150_000;

export type Dispatcher = {
  /** Every minute: sends what is soon due, and sees after what should be finished. Undefined, and nothing done, if another run is at it. */
  dispatch(): Promise<Run | undefined>;
  /** Before all else, in a process that is alone with its table and whose due queue is empty: sends whatever is missing there. */
  dispatchAtStart(): Promise<void>;
};

/** What a run met and did. Lags are milliseconds: a minute or so if every run reaches its goal. */
export type Run = {
  /** How far the leading hand was behind its goal when the run began: so late may events be. */
  readonly leadingLag: number;
  /** The same of the trailing one: so long may what was lost stay unrepaired. */
  readonly trailingLag: number;
  /** How many messages of events that come due were sent. */
  readonly promoted: number;
  /** How many messages were sent again, because their events were overdue. */
  readonly resent: number;
};

/** A page of some shards, and how far each of all shards is with it. */
type Pages = { readonly entries: readonly Entry[]; readonly reached: readonly Position[] };

/** Handles entries before the hand moves over them: dying in between repeats them, and loses nothing. Answers how many messages it sent. */
type Handle = (entries: readonly Entry[]) => Promise<number>;

/** Without hands, another run has taken them; not there, time ran out. */
type Walked = { readonly hands: Hands | undefined; readonly sent: number; readonly isThere: boolean };

/** Moves the two hands over the shards. */
export function dispatcher(world: World): Dispatcher {
  const { store, dueQueue, now, shards } = world;
  const grace = graceOf(world.longestTimeout, world.visibility);
  const { audit, resender } = auditor(world, grace);
  const promote = promoter(world);

  async function dispatch(): Promise<Run | undefined> {
    const startedAt = now();
    const taken = await takeLease(await store.findHands());
    if (taken === undefined) return undefined;
    const lags = {
      leadingLag: lagOf(taken.leading, now() + REACH),
      trailingLag: lagOf(taken.trailing, now() - grace),
    };
    const promoted = await walk(taken, 'leading', now() + REACH, promote, startedAt + LONGEST_RUN);
    const audited = await auditUnlessBehind(promoted, startedAt + LONGEST_AUDIT);
    if (audited.hands !== undefined) await release(audited.hands);
    return { ...lags, promoted: promoted.sent, resent: audited.sent };
  }

  /** However much there is to audit, the next run must find the lease free: what comes due goes first. */
  async function auditUnlessBehind({ hands, isThere }: Walked, stopAt: number): Promise<Walked> {
    if (hands === undefined || !isThere) return { hands, sent: 0, isThere: false };
    const there = caughtUp(hands, now());
    const mayGoOn = now() < stopAt && mayAudit(there, now(), grace) && (await dueQueue.backlog()) <= MOST_READY;
    return mayGoOn ? walk(there, 'trailing', now() - grace, audit, stopAt) : { hands: there, sent: 0, isThere: false };
  }

  /**
   * More is looked at than the hands move over. The trailing one stays behind the present: what is published from now on is due
   * ahead of it, even if the clock is put back a little. Beyond the leading one, publish had sent messages, and what was looked at
   * before has left its reminder. A run follows, for what has come into reach meanwhile.
   */
  async function dispatchAtStart(): Promise<void> {
    const found = await store.findHands();
    const taken = await takeLease(found && { ...found, leasedUntil: 0 });
    const startedAt = now();
    const reach = startedAt + REACH;
    const resend = resender(reach);
    const audited = taken && (await walk(taken, 'trailing', startedAt - START_OVERLAP, resend)).hands;
    if (audited === undefined) return;
    for await (const { entries } of pages(store, audited.trailing, reach)) await resend(entries);
    const leading = audited.leading.map(() => positionAt(reach));
    for await (const { entries } of pages(store, leading, lastLookAt(startedAt + START_OVERLAP, grace)))
      await resend(entries.filter((entry) => messageFor(entry) === undefined));
    await release(caughtUp({ ...audited, leading }, startedAt));
    await dispatch();
  }

  async function takeLease(found: Hands | undefined): Promise<Hands | undefined> {
    const taken = lease(found, now(), shards);
    return taken && (await store.keepHands(found, taken)) ? taken : undefined;
  }

  /** Writes down how far the hands are; undefined if another run has taken them meanwhile. */
  async function keep(hands: Hands): Promise<Hands | undefined> {
    const next = renewed(hands, now());
    return (await store.keepHands(hands, next)) ? next : undefined;
  }

  /** At the end, also of a run that fails: the next one need not wait until the lease has run out. */
  async function release(hands: Hands): Promise<void> {
    await store.keepHands(hands, released(hands, now()));
  }

  /**
   * A hand goes on from where it stands up to an instant; what held something is written down.
   *
   * @param stopAt from when on it takes no further page
   */
  async function walk(from: Hands, hand: Hand, until: number, handle: Handle, stopAt = Infinity): Promise<Walked> {
    let hands: Hands = from;
    let sent = 0;
    try {
      for await (const { entries, reached } of pages(store, from[hand], until)) {
        sent += await handle(entries);
        const further = moved(hands, hand, reached);
        const kept = entries.length === 0 ? further : await keep(further);
        if (kept === undefined) return { hands: undefined, sent, isThere: false };
        hands = kept;
        if (now() >= stopAt) return { hands, sent, isThere: false };
      }
    } catch (error) {
      await release(hands).catch(() => {});
      throw error;
    }
    return { hands, sent, isThere: true };
  }

  return { dispatch, dispatchAtStart };
}

/**
 * From where each shard stands, a page of several at a time: one after the other they would wait for each other's answers. Those
 * that are furthest behind come first.
 */
async function* pages(store: EventStore, from: readonly Position[], until: number): AsyncGenerator<Pages> {
  const goal = positionAt(until);
  for (let reached = from; ; ) {
    const behind = [...reached.entries()].filter(([, position]) => position > goal).sort(byInstant);
    if (behind.length === 0) return;
    const found = await Promise.all(
      behind.slice(0, MOST_SHARDS).map(async ([shard, position]) => {
        const page = await store.entries(shard, position, until);
        return { shard, ...page };
      }),
    );
    reached = found.reduce((all, page) => all.with(page.shard, page.reached), reached);
    yield { entries: found.flatMap(({ entries }) => entries), reached };
  }
}

/**
 * A page of several shards is 160 requests to SQS. One that fails does not repeat the others: all of theirs would be there twice, at the
 * same instant. What it held goes out once more, behind what may have arrived; if that fails too, the page is left to the next run.
 */
function promoter({ dueQueue, now, sleep, longestTimeout }: World): Handle {
  return async (entries) => {
    const messages = entries.map(messageFor).filter((message) => message !== undefined);
    const results = await Promise.allSettled(messages.map((message) => dueQueue.send(message)));
    const unsent = messages.filter((_, index) => results[index]?.status === 'rejected');
    if (unsent.length > 0) await sleep(PAUSE_BEFORE_SENDING_AGAIN);
    await Promise.all(unsent.map(sendBehind));
    return messages.length;
  };

  function sendBehind(message: Message): Promise<void> {
    return dueQueue.send({ ...message, again: true }, afterTheFirst(message.at, longestTimeout, now()));
  }
}

/** The larger a position, the earlier. */
function byInstant([, one]: readonly [number, Position], [, other]: readonly [number, Position]): number {
  return one === other ? 0 : one > other ? -1 : 1;
}
