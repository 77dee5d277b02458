/** What may befall a request to the table or the queue. `in part`: some of a batch is done, and the rest is answered as not done. */
const faults = ['throttled', 'slow', 'cut before it is done', 'cut after it is done', 'in part'] as const;

type Fault = (typeof faults)[number];

export type Weather = {
  /** What befalls a request of this invocation of the SDK. */
  faultOf(invocation: string): Fault | undefined;
  /** From now on nothing befalls anyone. */
  calm(): void;
  readonly counts: Readonly<Record<Fault, number>>;
};

/**
 * @param share of the requests that meet a fault
 * @param lasting share of the faults that meet every try of an invocation, so that the SDK gives up
 */
export function weather(share: number, chance: () => number, lasting = 0.2): Weather {
  const counts = Object.fromEntries(faults.map((fault) => [fault, 0])) as Record<Fault, number>;
  const known = new Map<string, Fault>();
  let isCalm = false;

  function draw(invocation: string): Fault | undefined {
    if (chance() >= share) return undefined;
    const fault = faults[Math.floor(chance() * faults.length)];
    if (fault !== undefined && chance() < lasting) known.set(invocation, fault);
    return fault;
  }

  return {
    counts,
    faultOf(invocation) {
      if (isCalm) return undefined;
      const fault = known.get(invocation) ?? draw(invocation);
      if (fault !== undefined) counts[fault]++;
      return fault;
    },
    calm() {
      isCalm = true;
    },
  };
}
