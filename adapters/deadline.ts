import type { ClientRequest } from 'node:http';

/** Turns of the event loop in which an answer that had arrived in time is still read, as long as each brings more of it. */
const LAST_TURNS = 10;

export type Deadline = {
  readonly isOver: () => boolean;
  /** Ends a request when the time is over, at whatever it is. */
  bounds(request: ClientRequest): void;
  clear(): void;
};

/**
 * The one deadline of everything in a call. A process that is busy past it reads an answer that has arrived meanwhile before it ends the
 * request: timers run before sockets are read, so that a call that was answered in time would be taken for one that was not.
 *
 * An abort signal would end a request as well, but at once, and with a controller, listeners and a watched stream for each call: docs/performance.md.
 */
export function deadlineIn(milliseconds: number): Deadline {
  let isOver = false;
  let under: ClientRequest | undefined;
  let turn: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => endUnlessMoreComes(LAST_TURNS), milliseconds);

  function endUnlessMoreComes(turnsLeft: number): void {
    const readBefore = bytesRead();
    turn = setImmediate(() => {
      if (turnsLeft > 1 && bytesRead() > readBefore) return endUnlessMoreComes(turnsLeft - 1);
      isOver = true;
      end();
    });
  }

  function bytesRead(): number {
    return under?.socket?.bytesRead ?? 0;
  }

  function end(): void {
    under?.destroy(new Error('The time is over.'));
  }

  return {
    isOver: () => isOver,
    bounds(request) {
      under = request;
      if (isOver) end();
    },
    clear() {
      clearTimeout(timer);
      clearImmediate(turn);
    },
  };
}
