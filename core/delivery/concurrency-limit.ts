import type { ConcurrencyLimit, Slot } from '../ports.ts';

/** A limit that refuses no call, for a runtime in which something else bounds the calls. */
export const unlimitedConcurrency: ConcurrencyLimit = {
  request: () => ({ tryAcquire: () => true, acquire: async () => true, release() {} }),
};

type Host = { taken: number; readonly waiting: Set<(hasSlot: boolean) => void> };

/**
 * Bounds the calls of this process. A request that waits holds no slot, so a host that is full takes none from other
 * hosts.
 *
 * @param mostPerHost The most calls at the same time to one host.
 * @param mostOfAll The most calls at the same time to all hosts together.
 */
export function limitedConcurrency(
  mostPerHost: number,
  mostOfAll = Number.POSITIVE_INFINITY,
): ConcurrencyLimit & { close(): void } {
  const hosts = new Map<string, Host>();
  /** The hosts that have a free slot and requests that wait for one, in the order of their turns. */
  const inTurn = new Set<string>();
  let takenOfAll = 0;
  let isClosed = false;

  function take(host: Host): void {
    host.taken++;
    takenOfAll++;
  }

  function giveBack(name: string): void {
    const host = hostIn(hosts, name);
    host.taken--;
    takenOfAll--;
    queue(name, host);
    grantNext();
    if (host.taken === 0 && host.waiting.size === 0) hosts.delete(name);
  }

  /**
   * Lets a host take turns if it has a free slot and requests that wait. It has one place among the hosts, however many
   * of its requests wait.
   */
  function queue(name: string, host: Host): void {
    if (host.waiting.size > 0 && host.taken < mostPerHost) inTurn.add(name);
  }

  /** Gives a slot that has become free to the host whose turn it is. */
  function grantNext(): void {
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

  function request(): Slot {
    let asked = '';
    let isHeld = false;

    function tryAcquire(name: string): boolean {
      if (isClosed) return false;
      if (isHeld) return true;
      asked = name;
      const host = hosts.get(name);
      if ((host?.taken ?? 0) >= mostPerHost || takenOfAll >= mostOfAll) return false;
      take(hostIn(hosts, name));
      isHeld = true;
      return true;
    }

    /** Tries once more before it waits, because a slot may have become free since `tryAcquire` returned false. */
    async function acquire(): Promise<boolean> {
      if (isClosed) return false;
      if (tryAcquire(asked)) return true;
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const host = hostIn(hosts, asked);
      host.waiting.add(resolve);
      queue(asked, host);
      isHeld = await promise;
      return isHeld;
    }

    function release(): void {
      if (isHeld) giveBack(asked);
      isHeld = false;
    }

    return { tryAcquire, acquire, release };
  }

  return {
    request,
    /** Refuses all requests from now on, including those that wait, so that no calls start any more. */
    close() {
      isClosed = true;
      for (const { waiting } of hosts.values()) for (const answer of waiting) answer(false);
    },
  };
}

function hostIn(hosts: Map<string, Host>, name: string): Host {
  const host = hosts.get(name) ?? { taken: 0, waiting: new Set() };
  hosts.set(name, host);
  return host;
}
