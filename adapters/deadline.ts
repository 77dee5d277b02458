import type { ClientRequest } from 'node:http';

export type Deadline = {
  readonly isOver: () => boolean;
  /** Ends a request when the time is over, at whatever it is. */
  bounds(request: ClientRequest): void;
  clear(): void;
};

/** An abort signal would do the same, with a controller, listeners and a watched stream for each call: docs/performance.md. */
export function deadlineIn(milliseconds: number): Deadline {
  let isOver = false;
  let under: ClientRequest | undefined;
  const end = () => under?.destroy(new Error('The time is over.'));
  const timer = setTimeout(() => {
    isOver = true;
    end();
  }, milliseconds);
  return {
    isOver: () => isOver,
    bounds(request) {
      under = request;
      if (isOver) end();
    },
    clear: () => clearTimeout(timer),
  };
}
