/** How often something may happen. */
export type Rate = {
  /** How many tokens there are at first, and at most. */
  readonly most: number;
  /** How many milliseconds it takes until there is one more. */
  readonly every: number;
};

/** What is left of a rate at an instant: each time takes a token, and tokens come back with time. */
export type TokenBucket = Rate & {
  /** The tokens that are left, in the milliseconds that it takes to gain them, so that parts of a token count exactly. */
  readonly credit: number;
  /** The instant up to which time has become tokens. */
  readonly countedAt: number;
};

export function fullBucket(rate: Rate, now: number): TokenBucket {
  return { ...rate, credit: rate.most * rate.every, countedAt: now };
}

/** The bucket with what it has gained since it was last counted. A clock that was put back takes nothing away. */
export function refilled(bucket: TokenBucket, now: number): TokenBucket {
  const gained = Math.max(0, now - bucket.countedAt);
  return { ...bucket, credit: Math.min(bucket.most * bucket.every, bucket.credit + gained), countedAt: now };
}

/** The bucket with a token less; undefined if it has none. */
export function withoutOne(bucket: TokenBucket): TokenBucket | undefined {
  return bucket.credit < bucket.every ? undefined : { ...bucket, credit: bucket.credit - bucket.every };
}
