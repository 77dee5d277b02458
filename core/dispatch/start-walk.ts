import { SECOND } from '../durations.ts';
import { positionAt } from '../event/entry.ts';
import { lastAuditAt } from '../event/reminder-times.ts';
import type { Cursors, EventStore } from '../ports.ts';
import type { RunMaker } from '../schedules/run-maker.ts';
import type { Audit } from './audit.ts';
import { type CursorWalk, type Found, pages } from './cursor-walk.ts';
import { isAheadOf, messageFor } from './cursors.ts';

/**
 * A time, in milliseconds, within which a run of the dispatcher notices that the clock was put back, even if one run
 * fails.
 */
const START_OVERLAP = 150 * SECOND;

/**
 * Sends all messages that are missing when a process starts that is alone and whose due queue is empty: those of the
 * events that are due up to the instant `reach`. Resolves with the cursors, of which the promote cursor is at `reach`;
 * undefined if another run took the lease.
 */
export type StartWalk = (taken: Cursors, startedAt: number, reach: number) => Promise<Cursors | undefined>;

/**
 * Handles more entries than the cursors move over. The audit cursor stops behind the present, so that new events are
 * due ahead of it even if the clock is put back a little. Entries beyond the promote cursor are handled too: events of
 * which publish had sent the message, and audit reminders.
 */
export function startWalk(
  store: EventStore,
  { walk }: Pick<CursorWalk, 'walk'>,
  resender: (reach: number) => Audit,
  runs: RunMaker,
  { grace, mostShards }: { readonly grace: number; readonly mostShards: number },
): StartWalk {
  return async (taken, startedAt, reach) => {
    const resend = resender(reach);
    const isAhead = isAheadOf(taken.promote);

    /** The runs that are made here are sent with the others, so that no run is sent twice. */
    async function resendAll({ entries, cues }: Found): Promise<number> {
      const passed = cues.filter((cue) => !isAhead(cue));
      const followed = await runs.follow(cues.filter(isAhead), reach);
      const made = [...followed, ...(await runs.followMissed(passed, entries, reach))];
      const ofRuns = made.map(({ key }) => ({ kind: 'event', key, messageSentByPublish: true }) as const);
      return resend([...entries, ...ofRuns]);
    }

    const audited = (await walk(taken, 'audit', startedAt - START_OVERLAP, resendAll)).cursors;
    if (audited === undefined) return undefined;
    for await (const page of pages(store, audited.audit, reach, mostShards)) await resendAll(page);
    const promote = audited.promote.map(() => positionAt(reach));
    const lookedAtUntil = lastAuditAt(startedAt + START_OVERLAP, grace);
    for await (const { entries } of pages(store, promote, lookedAtUntil, mostShards))
      await resend(entries.filter((entry) => messageFor(entry) === undefined));
    return { ...audited, promote };
  };
}
