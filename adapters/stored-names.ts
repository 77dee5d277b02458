import type { QueuedEvent } from '../core/event/event.ts';
import type { EventKey } from '../core/event/event-key.ts';
import type { Progress } from '../core/event/progress.ts';
import type { Cursors } from '../core/ports.ts';

// Versions run side by side during an upgrade, and the version before knows only the names in this file. So the
// attributes of a table keep them, whatever the fields are called in core.

/** An event with the names that its attributes have in a table. */
type StoredEvent = Omit<QueuedEvent, 'key' | 'messageSentByPublish'> & { readonly sent?: true };

export function storedEvent({ key, messageSentByPublish, ...event }: QueuedEvent): StoredEvent {
  return { ...event, ...(messageSentByPublish && { sent: messageSentByPublish }) };
}

export function eventFrom({ sent, ...event }: StoredEvent, key: QueuedEvent['key']): QueuedEvent {
  return { ...event, key, ...(sent && { messageSentByPublish: sent }) };
}

type StoredStatus = Exclude<Progress['status'], 'failed'> | 'max_try_count_reached';

export function storedStatus(status: Progress['status']): StoredStatus {
  return status === 'failed' ? 'max_try_count_reached' : status;
}

/**
 * The due instant of the event of a progress, by which the event is found if only its uuid is known. Absent in what the
 * version before recorded.
 */
type WithEvent = { readonly eventDueAt?: number };

/**
 * A progress with the names that its attributes have in a table. The mark of pending callbacks has another name if the
 * event did not fail, because the version before would take it for that of a failure, and report one.
 */
export function storedProgress(progress: Progress, { dueAt: eventDueAt }: EventKey): object {
  if (progress.status === 'waiting_execution') return { ...progress, eventDueAt };
  const { callbackPending, ...others } = progress;
  const status = storedStatus(progress.status);
  const mark = status === 'max_try_count_reached' ? 'callbackOwed' : 'resultOwed';
  return { ...others, status, ...(callbackPending && { [mark]: true }), eventDueAt };
}

export function keyOfProgress({ eventDueAt }: WithEvent, uuid: string): EventKey | undefined {
  return eventDueAt === undefined ? undefined : { dueAt: eventDueAt, uuid };
}

export function progressFrom(stored: object): Progress {
  const { callbackOwed, resultOwed, status, eventDueAt, ...others } = stored as WithEvent & {
    readonly callbackOwed?: true;
    readonly resultOwed?: true;
    readonly status: StoredStatus;
  };
  return {
    ...others,
    status: status === 'max_try_count_reached' ? 'failed' : status,
    ...((callbackOwed || resultOwed) && { callbackPending: true }),
  } as Progress;
}

/** The cursors with the names that their attributes have in a table. */
type StoredCursors = Omit<Cursors, 'promote' | 'audit' | 'expiryWalk' | 'expiryWalkSince'> & {
  readonly leading: Cursors['promote'];
  readonly trailing: Cursors['audit'];
  readonly keeping?: Cursors['expiryWalk'];
  readonly keepingSince?: Cursors['expiryWalkSince'];
};

export function storedCursors({ promote, audit, expiryWalk, expiryWalkSince, ...others }: Cursors): StoredCursors {
  return {
    ...others,
    leading: promote,
    trailing: audit,
    ...(expiryWalk && { keeping: expiryWalk }),
    ...(expiryWalkSince !== undefined && { keepingSince: expiryWalkSince }),
  };
}

export function cursorsFrom({ leading, trailing, keeping, keepingSince, ...others }: StoredCursors): Cursors {
  return {
    ...others,
    promote: leading,
    audit: trailing,
    ...(keeping && { expiryWalk: keeping }),
    ...(keepingSince !== undefined && { expiryWalkSince: keepingSince }),
  };
}
