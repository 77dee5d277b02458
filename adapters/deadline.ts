import type { ClientRequest } from 'node:http';

/**
 * After the deadline, an answer is read for at most this many more turns of the event loop, as long as each brings more
 * bytes.
 */
const LAST_TURNS = 10;

export type Deadline = {
  readonly isOver: () => boolean;
  /**
   * Destroys the request at the deadline, whether it is connecting, sending or reading, or at once if the deadline is
   * over. Only the request that was given last is destroyed.
   */
  bounds(request: ClientRequest): void;
  clear(): void;
};

/**
 * One deadline for all parts of a call. If the process was busy when the time ended, it first reads an answer that has
 * arrived meanwhile: Node runs timers before it reads sockets, so a call that was answered in time would otherwise be
 * recorded as timed out.
 *
 * An abort signal would destroy the request without reading that answer, and it costs a controller, listeners and a
 * watched stream for each call (docs/performance.md).
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
