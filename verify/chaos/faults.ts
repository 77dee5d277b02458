/**
 * The faults of a request to the table or the due queue. `cut` closes the connection without an answer. `in part` does
 * a part of a batch, and answers that the rest is not done.
 */
const faults = ['throttled', 'slow', 'cut before it is done', 'cut after it is done', 'in part'] as const;

type Fault = (typeof faults)[number];

export type Weather = {
  /** Returns the fault of a request, or undefined. `invocation` is the id that the SDK gives all tries of a request. */
  faultOf(invocation: string): Fault | undefined;
  /** Lets `faultOf` return undefined from now on, so that no request meets a fault any more. */
  calm(): void;
  readonly counts: Readonly<Record<Fault, number>>;
};

/**
 * Draws faults at random.
 *
 * @param share the share of the requests that meet a fault, from 0 to 1
 * @param lasting the share of the faults that meet every try of an invocation, so that the SDK gives up
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
