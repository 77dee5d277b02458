/** Bounds how many calls a host gets at the same time. */
export type CallSlots = {
  /** For one message on its way to its call. */
  visitor(): Visitor;
};

export type Visitor = {
  /** Whether the host may be called now: then nobody else has this slot until the visitor leaves. A visitor has one host. */
  enter(host: string): boolean;
  /** Resolves with true when the host that was full has a slot for this visitor, first come, first served; with false if no calls start any more. */
  turn(): Promise<boolean>;
  leave(): void;
};

/** For where something else bounds the calls. */
export const unlimitedSlots: CallSlots = {
  visitor: () => ({ enter: () => true, turn: async () => true, leave() {} }),
};

type Host = { taken: number; readonly waiting: Set<(hasSlot: boolean) => void> };

/** @param most calls at the same time to one host; later ones wait, and hold back no other host */
export function limitedSlots(most: number): CallSlots & { close(): void } {
  const hosts = new Map<string, Host>();
  let isClosed = false;

  function hostNamed(name: string): Host {
    const host = hosts.get(name) ?? { taken: 0, waiting: new Set() };
    hosts.set(name, host);
    return host;
  }

  function release(name: string): void {
    const host = hostNamed(name);
    const [next] = host.waiting;
    if (next !== undefined) {
      host.waiting.delete(next);
      next(true);
    } else if (--host.taken === 0) hosts.delete(name);
  }

  function visitor(): Visitor {
    let asked = '';
    let isInside = false;

    function enter(name: string): boolean {
      if (isClosed) return false;
      if (isInside) return true;
      asked = name;
      const host = hostNamed(name);
      if (host.taken >= most) return false;
      host.taken++;
      isInside = true;
      return true;
    }

    /** A slot may have become free since the visitor was refused one. */
    async function turn(): Promise<boolean> {
      if (isClosed) return false;
      if (enter(asked)) return true;
      const { promise, resolve } = Promise.withResolvers<boolean>();
      hostNamed(asked).waiting.add(resolve);
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
