import type { ConcurrencyLimit, Slot } from '../ports.ts';

/** For where something else bounds the calls. */
export const unlimitedConcurrency: ConcurrencyLimit = {
  visitor: () => ({ enter: () => true, turn: async () => true, leave() {} }),
};

type Host = { taken: number; readonly waiting: Set<(hasSlot: boolean) => void> };

/**
 * A visitor that waits holds no slot, so a host that is full takes none from others.
 *
 * @param mostPerHost calls at the same time to one host
 * @param mostOfAll calls at the same time to all hosts together
 */
export function limitedConcurrency(
  mostPerHost: number,
  mostOfAll = Number.POSITIVE_INFINITY,
): ConcurrencyLimit & { close(): void } {
  const hosts = new Map<string, Host>();
  /** Hosts that are not full and have visitors that wait, in the order of their turns. */
  const inTurn = new Set<string>();
  let takenOfAll = 0;
  let isClosed = false;

  function take(host: Host): void {
    host.taken++;
    takenOfAll++;
  }

  function release(name: string): void {
    const host = hostIn(hosts, name);
    host.taken--;
    takenOfAll--;
    queue(name, host);
    letIn();
    if (host.taken === 0 && host.waiting.size === 0) hosts.delete(name);
  }

  /** Each host has one place among those that take turns, however many of its visitors wait. */
  function queue(name: string, host: Host): void {
    if (host.waiting.size > 0 && host.taken < mostPerHost) inTurn.add(name);
  }

  /** Called when a slot of all has become free. */
  function letIn(): void {
    const [name] = inTurn;
    if (name === undefined) return;
    inTurn.delete(name);
    const host = hostIn(hosts, name);
    const [next] = host.waiting;
    if (next === undefined) return;
    host.waiting.delete(next);
    take(host);
    queue(name, host);
    next(true);
  }

  function visitor(): Slot {
    let asked = '';
    let isInside = false;

    function enter(name: string): boolean {
      if (isClosed) return false;
      if (isInside) return true;
      asked = name;
      const host = hosts.get(name);
      if ((host?.taken ?? 0) >= mostPerHost || takenOfAll >= mostOfAll) return false;
      take(hostIn(hosts, name));
      isInside = true;
      return true;
    }

    /** A slot may have become free since the visitor was refused one. */
    async function turn(): Promise<boolean> {
      if (isClosed) return false;
      if (enter(asked)) return true;
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const host = hostIn(hosts, asked);
      host.waiting.add(resolve);
      queue(asked, host);
      isInside = await promise;
      return isInside;
    }

    function leave(): void {
      if (isInside) release(asked);
      isInside = false;
    }

    return { enter, turn, leave };
  }

  return {
    visitor,
    /** Whoever waits is told that no calls start any more. */
    close() {
      isClosed = true;
      for (const { waiting } of hosts.values()) for (const tell of waiting) tell(false);
    },
  };
}

function hostIn(hosts: Map<string, Host>, name: string): Host {
  const host = hosts.get(name) ?? { taken: 0, waiting: new Set() };
  hosts.set(name, host);
  return host;
}
