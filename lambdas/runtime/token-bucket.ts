/** A limit on how often something may happen. */
export type Rate = {
  /** The number of tokens at the start, which is also the largest number. */
  readonly most: number;
  /** The milliseconds after which one token is added. */
  readonly every: number;
};

/** The tokens of a rate that are left at an instant. Each use takes one token, and time adds tokens. */
export type TokenBucket = Rate & {
  /**
   * The tokens that can still be taken, counted as the milliseconds that adding so many tokens takes. In this unit,
   * parts of a token are whole numbers.
   */
  readonly credit: number;
  /** The instant up to which tokens have been added, in epoch milliseconds. */
  readonly countedAt: number;
};

export function fullBucket(rate: Rate, now: number): TokenBucket {
  return { ...rate, credit: rate.most * rate.every, countedAt: now };
}

/** The bucket with the tokens that were added since `countedAt`. A clock that was put back removes none. */
export function refilled(bucket: TokenBucket, now: number): TokenBucket {
  const gained = Math.max(0, now - bucket.countedAt);
  return { ...bucket, credit: Math.min(bucket.most * bucket.every, bucket.credit + gained), countedAt: now };
}

/** The bucket with one token less; undefined if less than one is left. */
export function withoutOne(bucket: TokenBucket): TokenBucket | undefined {
  return bucket.credit < bucket.every ? undefined : { ...bucket, credit: bucket.credit - bucket.every };
}
